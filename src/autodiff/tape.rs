//! The tape that records a step, and the variables on it.
//!
//! The tape is dfdx's: operations push their backward pass, dfdx runs them in reverse. It is
//! threaded explicitly (`&mut Tape`), so a value may be used any number of times without its
//! branch of the tape being lost.

use std::sync::Arc;

use dfdx::prelude::{
    Backward, Cpu, Device, HasShape, OwnedTape, PutTape, Shape, SplitTape, Tape as _, Tensor,
    TensorFromVec,
};
use rayon::prelude::*;

use super::buffer::{Buffer, end_of_step};
use super::{Element, slices};
use crate::{Error, Result};

/// dfdx's gradient store, keyed by variable and tensor.
pub type Gradients<E, D = Cpu> = dfdx::prelude::Gradients<E, D>;

/// Names a gradient on the tape. The tensor is empty: its slot in the gradient store starts as an
/// empty vector, which stands for "nothing has flowed here yet", so that the first gradient to
/// arrive is moved in rather than added to zeros.
type Key<E, D> = Tensor<(usize,), E, D>;

/// Where the activations on a device live.
pub trait Backend<E> {
    /// A dense array on the device.
    type Buffer;
}

impl<E: Element> Backend<E> for Cpu {
    type Buffer = Buffer<E>;
}

/// Values of shape (batch, channels, positions), row-major, with their place on the tape.
///
/// Weight matrices are (1, rows, columns), vectors (1, length, 1). Cloning shares the values.
pub struct Variable<E: Element, D: Device<E> + Backend<E> = Cpu> {
    values: Arc<D::Buffer>,
    shape: [usize; 3],
    key: Option<Key<E, D>>,
}

impl<E: Element, D: Device<E> + Backend<E>> Clone for Variable<E, D> {
    fn clone(&self) -> Self {
        Variable {
            values: self.values.clone(),
            shape: self.shape,
            key: self.key.clone(),
        }
    }
}

impl<E: Element, D: Device<E> + Backend<E>> Variable<E, D> {
    /// (batch, channels, positions).
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Whether gradients flow into this variable.
    pub fn is_differentiable(&self) -> bool {
        self.key.is_some()
    }
}

impl<E: Element> Variable<E>
where
    Cpu: Device<E>,
{
    fn with_key(values: Buffer<E>, shape: [usize; 3], differentiable: bool) -> Result<Self> {
        let count = shape.iter().try_fold(1usize, |all, n| all.checked_mul(*n));
        if count != Some(values.len()) || values.is_empty() {
            return Err(Error::argument(
                "values of a variable",
                values.len(),
                format!("as many as {shape:?} has places, at least one"),
            ));
        }
        let key = differentiable
            .then(|| Cpu::default().try_tensor_from_vec(Vec::new(), (0,)))
            .transpose()
            .map_err(device_error)?;
        Ok(Variable {
            values: Arc::new(values),
            shape,
            key,
        })
    }

    /// Values no gradient flows into: inputs, targets, fixed features.
    pub fn constant(values: Vec<E>, shape: [usize; 3]) -> Result<Self> {
        Self::with_key(values.into(), shape, false)
    }

    /// A parameter: a leaf whose gradient [`Variable::gradient`] reads after the backward pass.
    pub fn parameter(values: Vec<E>, shape: [usize; 3]) -> Result<Self> {
        Self::with_key(values.into(), shape, true)
    }

    /// The values, row-major.
    pub fn values(&self) -> &[E] {
        &self.values
    }

    /// The values, to be changed in place; copied first if another variable shares them.
    pub fn values_mut(&mut self) -> &mut [E] {
        if Arc::get_mut(&mut self.values).is_none() {
            self.values = Arc::new(self.values().to_vec().into());
        }
        Arc::get_mut(&mut self.values).expect("the values were just made unique")
    }

    /// Takes the gradient that flowed into this variable; `None` where none did.
    pub fn gradient(&self, gradients: &mut Gradients<E>) -> Result<Option<Vec<E>>> {
        Ok(self.take_gradient(gradients)?.map(Buffer::into_vec))
    }

    /// [`Variable::gradient`] in a buffer that is used again when it is dropped.
    pub(crate) fn take_gradient(&self, gradients: &mut Gradients<E>) -> Result<Option<Buffer<E>>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let slot = gradients.get_or_alloc_mut(key).map_err(device_error)?;
        let gradient = std::mem::take(E::storage(slot));
        Ok((!gradient.is_empty()).then(|| gradient.into()))
    }

    /// Adds `gradient` to what has flowed into this variable.
    pub(super) fn receive(
        &self,
        gradients: &mut Gradients<E>,
        gradient: Buffer<E>,
    ) -> std::result::Result<(), <Cpu as dfdx::prelude::HasErr>::Err> {
        let Some(key) = &self.key else {
            return Ok(());
        };
        let slot = E::storage(gradients.get_or_alloc_mut(key)?);
        if slot.is_empty() {
            *slot = gradient.into_vec();
        } else {
            slot.par_chunks_mut(CHUNK)
                .zip(gradient.par_chunks(CHUNK))
                .for_each(|(slot, gradient)| slices::add_scaled(slot, E::one(), gradient));
        }
        Ok(())
    }
}

/// The number of elements in one chunk of an element-wise operation.
pub(super) const CHUNK: usize = 1 << 14;

/// What dfdx's operations return when the device is out of memory.
pub(super) type DeviceError = <Cpu as dfdx::prelude::HasErr>::Err;

pub(super) fn device_error(error: impl std::fmt::Debug) -> Error {
    Error::Device(format!("{error:?}"))
}

/// The record of one step; silent when only the forward pass is wanted. Buffers that a step leaves
/// idle are freed when its tape is dropped.
pub struct Tape<E: Element, D: Device<E> = Cpu> {
    record: Option<OwnedTape<E, D>>,
    device: D,
}

impl<E: Element, D: Device<E>> Tape<E, D> {
    /// A tape for a step whose gradients are wanted.
    pub fn recording(device: D) -> Self {
        Tape {
            record: Some(OwnedTape::default()),
            device,
        }
    }

    /// A tape for a forward pass alone: nothing is kept for a backward pass.
    pub fn silent(device: D) -> Self {
        Tape {
            record: None,
            device,
        }
    }

    /// Whether a backward pass will follow.
    pub fn is_recording(&self) -> bool {
        self.record.is_some()
    }

    /// Where the tensors of this step live.
    pub fn device(&self) -> &D {
        &self.device
    }

    /// Applies dfdx's own differentiable operations to `x`.
    pub fn apply<S: Shape, R: Shape>(
        &mut self,
        x: &Tensor<S, E, D>,
        operations: impl FnOnce(
            Tensor<S, E, D, OwnedTape<E, D>>,
        )
            -> std::result::Result<Tensor<R, E, D, OwnedTape<E, D>>, D::Err>,
    ) -> Result<Tensor<R, E, D>> {
        let recording = self.record.is_some();
        let x = x.clone().put_tape(self.record.take().unwrap_or_default());
        let (y, record) = operations(x).map_err(device_error)?.split_tape();
        self.record = recording.then_some(record);
        Ok(y)
    }

    /// Runs the backward pass from `loss`.
    pub fn backward(mut self, loss: &Tensor<(), E, D>) -> Result<Gradients<E, D>> {
        loss.clone()
            .put_tape(self.record.take().unwrap_or_default())
            .try_backward()
            .map_err(device_error)
    }
}

impl<E: Element, D: Device<E>> Drop for Tape<E, D> {
    fn drop(&mut self) {
        end_of_step::<E>();
    }
}

impl<E: Element> Tape<E>
where
    Cpu: Device<E>,
{
    /// Pushes the operation that made `values`: `backward` takes the gradient of the output and
    /// hands gradients on by [`Variable::receive`]. It is not run where no gradient arrived.
    pub(super) fn operation(
        &mut self,
        values: impl Into<Buffer<E>>,
        shape: [usize; 3],
        backward: impl FnOnce(Buffer<E>, &mut Gradients<E>) -> std::result::Result<(), DeviceError>
        + 'static,
    ) -> Result<Variable<E>> {
        let output = Variable::with_key(values.into(), shape, self.is_recording())?;
        if let (Some(record), Some(key)) = (&mut self.record, &output.key) {
            let key = key.clone();
            record.add_backward_op(move |gradients| {
                let cotangent = std::mem::take(E::storage(gradients.get_or_alloc_mut(&key)?));
                if cotangent.is_empty() {
                    return Ok(());
                }
                backward(cotangent.into(), gradients)
            });
        }
        Ok(output)
    }

    /// Pushes the operation that made the scalar `value` out of variables.
    pub(super) fn scalar_operation(
        &mut self,
        value: E,
        backward: impl FnOnce(E, &mut Gradients<E>) -> std::result::Result<(), DeviceError> + 'static,
    ) -> Result<Tensor<(), E, Cpu>> {
        let output = self
            .device
            .try_tensor_from_vec(vec![value], ())
            .map_err(device_error)?;
        if let Some(record) = &mut self.record {
            let key = output.ghost();
            record.add_backward_op(move |gradients| {
                let cotangent = E::storage(gradients.get_or_alloc_mut(&key)?)[0];
                backward(cotangent, gradients)
            });
        }
        Ok(output)
    }

    /// Runs the backward pass from `output`, whose gradient is `cotangent`: the vector-Jacobian
    /// product of everything recorded.
    pub fn backward_from(
        mut self,
        output: &Variable<E>,
        cotangent: Vec<E>,
    ) -> Result<Gradients<E>> {
        if cotangent.len() != output.values().len() {
            return Err(Error::argument(
                "values of a cotangent",
                cotangent.len(),
                format!("{}, one for each output", output.values().len()),
            ));
        }
        let output = output.clone();
        let start = self.scalar_operation(E::zero(), move |_, gradients| {
            output.receive(gradients, cotangent.into())
        })?;
        self.backward(&start)
    }

    /// A variable of one value as a dfdx scalar, for dfdx's own operations.
    pub fn scalar(&mut self, x: &Variable<E>) -> Result<Tensor<(), E, Cpu>> {
        let &[value] = x.values() else {
            return Err(Error::argument(
                "scalar",
                format!("shape {:?}", x.shape()),
                "one value",
            ));
        };
        let x = x.clone();
        self.scalar_operation(value, move |cotangent, gradients| {
            x.receive(gradients, vec![cotangent].into())
        })
    }
}

/// A scalar tensor no gradient is wanted of.
pub fn constant_scalar<E: Element, D: Device<E>>(
    device: &D,
    value: f64,
) -> Result<Tensor<(), E, D>> {
    device
        .try_tensor_from_vec(vec![E::of(value)], ())
        .map_err(device_error)
}

/// A tensor of shape (length,) no gradient is wanted of.
pub fn constant_tensor<E: Element, D: Device<E>>(
    device: &D,
    values: impl Iterator<Item = f64>,
) -> Result<Tensor<(usize,), E, D>> {
    let values: Vec<E> = values.map(E::of).collect();
    let length = values.len();
    device
        .try_tensor_from_vec(values, (length,))
        .map_err(device_error)
}

/// Adds `gradient` to the gradient of a dfdx tensor.
pub(super) fn receive_tensor<S: Shape, E: Element>(
    tensor: &Tensor<S, E, Cpu>,
    gradients: &mut Gradients<E>,
    gradient: &[E],
) -> std::result::Result<(), DeviceError>
where
    Cpu: Device<E>,
{
    let slot = E::storage(gradients.get_or_alloc_mut(tensor)?);
    slices::add_scaled(slot, E::one(), gradient);
    Ok(())
}

/// The values of a small contiguous dfdx tensor.
pub(super) fn tensor_values<S: Shape, E: Element>(tensor: &Tensor<S, E, Cpu>) -> Vec<E>
where
    Cpu: Device<E>,
{
    if tensor.shape().num_elements() == 0 {
        return Vec::new(); // dfdx would index the first value
    }
    tensor.as_vec()
}
