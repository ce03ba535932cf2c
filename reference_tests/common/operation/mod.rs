//! The operations of `dnarch::autodiff`, each beside its definition in `dnarch::equations`, at the
//! sizes it is tested at.
//!
//! Inputs, outputs and gradients are arrays (B, C, P) whatever the operation takes: a mask of n
//! values is (1, n, 1), a number (1, 1, 1).

pub mod activation;
pub mod complexity;
pub mod convolution;
pub mod layer;
pub mod loss;
pub mod mask;
pub mod parameter;
pub mod resampling;
pub mod residual;
pub mod resolution_mask;
pub mod size;
pub mod text;

use std::fmt::Debug;

use dfdx::prelude::{
    Axis, Cpu, Device, HasShape, Rank0, Shape, SumTo, Tensor, TensorFromVec, TryMul,
};
use dnarch::Result;
use dnarch::autodiff::{Element, Gradients, Tape, Variable};
use dnarch::random::Stream;
use ndarray::{Array1, Array2, Array3};

/// One operation at one size.
pub trait Operation: Debug {
    /// Random inputs, in the order in which `fast` and the definition take them.
    fn inputs(&self, random: &mut Stream) -> Vec<Input>;

    /// The operation as the network runs it.
    fn fast<E: Element>(&self, tape: &mut Tape<E>, inputs: &[Value<E>]) -> Result<Value<E>>
    where
        Cpu: Device<E>;

    /// What it must equal.
    fn definition(&self, inputs: &[Array3<f64>]) -> Result<Array3<f64>>;

    /// The cotangent of each input, given that of the output.
    fn definition_vjp(
        &self,
        inputs: &[Array3<f64>],
        cotangent: &Array3<f64>,
    ) -> Result<Vec<Array3<f64>>>;

    /// How many rounding errors a value or a gradient gathers: the length of its longest sum, or
    /// the operation's condition number where that is larger.
    fn roundings(&self) -> usize;

    /// Whether the gradient is the slope of the operation. It is not behind a clip that gradients
    /// pass straight through, and not for mask values that have been dropped.
    fn gradient_is_slope(&self) -> bool {
        true
    }
}

/// Something done to every operation.
pub trait Check {
    fn check(&mut self, operation: &(impl Operation + Sync));
}

/// Every operation at every size.
pub fn all(check: &mut impl Check) {
    activation::each(check);
    complexity::each(check);
    convolution::each(check);
    layer::each(check);
    loss::each(check);
    mask::each(check);
    parameter::each(check);
    resampling::each(check);
    residual::each(check);
    size::each(check);
    text::each(check);
}

/// How far a result computed with unit roundoff `u` may be from the exact one, relative to the
/// largest entry of its array (or to 1 if that is larger).
///
/// A sum of n terms gathers n rounding errors, each at most `u` times a partial sum. Partial sums
/// of random terms are of the size of the largest result; the factor 2 allows for one that is
/// larger.
pub fn tolerance(u: f64, operation: &impl Operation) -> f64 {
    2.0 * u * operation.roundings() as f64
}

/// An input and what it becomes on the tape.
#[derive(Clone, Debug)]
pub enum Input {
    /// A variable (B, C, P).
    Variable(Array3<f64>),
    /// A tensor of n values, given as (1, n, 1).
    Vector(Array3<f64>),
    /// A scalar tensor, given as (1, 1, 1).
    Scalar(Array3<f64>),
}

impl Input {
    pub fn scalar(value: f64) -> Self {
        Input::Scalar(Array3::from_elem((1, 1, 1), value))
    }

    pub fn array(&self) -> &Array3<f64> {
        let (Input::Variable(array) | Input::Vector(array) | Input::Scalar(array)) = self;
        array
    }

    pub fn array_mut(&mut self) -> &mut Array3<f64> {
        let (Input::Variable(array) | Input::Vector(array) | Input::Scalar(array)) = self;
        array
    }

    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        match self {
            Input::Variable(array) => Input::Variable(array.mapv(f)),
            Input::Vector(array) => Input::Vector(array.mapv(f)),
            Input::Scalar(array) => Input::Scalar(array.mapv(f)),
        }
    }

    fn value<E: Element>(&self) -> Value<E>
    where
        Cpu: Device<E>,
    {
        let values: Vec<E> = self.array().iter().map(|x| E::of(*x)).collect();
        let (device, length) = (Cpu::default(), values.len());
        match self {
            Input::Variable(array) => {
                Value::Variable(Variable::parameter(values, array.dim().into()).unwrap())
            }
            Input::Vector(_) => Value::Vector(device.tensor_from_vec(values, (length,))),
            Input::Scalar(_) => Value::Scalar(device.tensor_from_vec(values, ())),
        }
    }
}

/// An input or output on the tape.
pub enum Value<E: Element>
where
    Cpu: Device<E>,
{
    Variable(Variable<E>),
    Vector(Tensor<(usize,), E, Cpu>),
    Scalar(Tensor<(), E, Cpu>),
}

impl<E: Element> Value<E>
where
    Cpu: Device<E>,
{
    pub fn variable(&self) -> &Variable<E> {
        let Value::Variable(variable) = self else {
            panic!("the operation takes a variable here");
        };
        variable
    }

    pub fn vector(&self) -> &Tensor<(usize,), E, Cpu> {
        let Value::Vector(tensor) = self else {
            panic!("the operation takes a vector here");
        };
        tensor
    }

    pub fn scalar(&self) -> &Tensor<(), E, Cpu> {
        let Value::Scalar(tensor) = self else {
            panic!("the operation takes a scalar here");
        };
        tensor
    }

    fn array(&self) -> Array3<f64> {
        match self {
            Value::Variable(variable) => array(variable.shape(), variable.values()),
            Value::Vector(tensor) => array([1, tensor.shape().0, 1], &tensor.as_vec()),
            Value::Scalar(tensor) => array([1, 1, 1], &tensor.as_vec()),
        }
    }

    /// The gradient that flowed into this value; zero where none did.
    fn gradient(&self, gradients: &mut Gradients<E>) -> Array3<f64> {
        match self {
            Value::Variable(variable) => match variable.gradient(gradients).unwrap() {
                Some(gradient) => array(variable.shape(), &gradient),
                None => Array3::zeros(variable.shape()),
            },
            Value::Vector(tensor) => {
                let shape = [1, tensor.shape().0, 1];
                array(shape, &tensor_gradient(tensor, gradients))
            }
            Value::Scalar(tensor) => array([1, 1, 1], &tensor_gradient(tensor, gradients)),
        }
    }
}

fn tensor_gradient<S: Shape, E: Element>(
    tensor: &Tensor<S, E, Cpu>,
    gradients: &mut Gradients<E>,
) -> Vec<E>
where
    Cpu: Device<E>,
{
    E::storage(gradients.get_or_alloc_mut(tensor).unwrap()).clone()
}

fn array<E: Element>(shape: [usize; 3], values: &[E]) -> Array3<f64>
where
    Cpu: Device<E>,
{
    let values = values.iter().map(|x| x.wide()).collect();
    Array3::from_shape_vec(shape, values).unwrap()
}

/// The output of the fast operation.
pub fn forward<E: Element>(operation: &impl Operation, inputs: &[Input]) -> Array3<f64>
where
    Cpu: Device<E>,
{
    let values: Vec<Value<E>> = inputs.iter().map(Input::value).collect();
    let mut tape = Tape::silent(Cpu::default());
    operation.fast(&mut tape, &values).unwrap().array()
}

/// The output of the fast operation and, given its cotangent, the gradient of every input.
pub fn evaluate<E: Element>(
    operation: &impl Operation,
    inputs: &[Input],
    cotangent: &Array3<f64>,
) -> (Array3<f64>, Vec<Array3<f64>>)
where
    Cpu: Device<E>,
{
    let values: Vec<Value<E>> = inputs.iter().map(Input::value).collect();
    let mut tape = Tape::recording(Cpu::default());
    let output = operation.fast(&mut tape, &values).unwrap();
    let cotangent: Vec<E> = cotangent.iter().map(|c| E::of(*c)).collect();
    let mut gradients = match &output {
        Value::Variable(y) => tape.backward_from(y, cotangent),
        Value::Vector(y) => {
            let cotangent = Cpu::default().tensor_from_vec(cotangent, *y.shape());
            let sum = tape.apply(y, |y| y.try_mul(cotangent)?.try_sum::<Rank0, Axis<0>>());
            tape.backward(&sum.unwrap())
        }
        Value::Scalar(y) => {
            let product = tape.apply(y, |y| y.try_mul(cotangent[0]));
            tape.backward(&product.unwrap())
        }
    }
    .unwrap();
    let gradients = values.iter().map(|v| v.gradient(&mut gradients)).collect();
    (output.array(), gradients)
}

/// The stream that an operation's random inputs and cotangent come from.
pub fn stream(operation: &impl Operation) -> Stream {
    Stream::new(3, &format!("{operation:?}"), 0)
}

/// Independent standard normals.
pub fn normal(random: &mut Stream, shape: [usize; 3]) -> Array3<f64> {
    Array3::from_shape_simple_fn(shape, || random.normal())
}

/// `length` mask values, uniform in `[0.1, 1)`.
pub fn mask_values(random: &mut Stream, length: usize) -> Array3<f64> {
    Array3::from_shape_simple_fn((1, length, 1), || 0.1 + 0.9 * random.uniform())
}

/// What an operation takes as given: standard normals that `f32` holds exactly.
pub fn given(shape: [usize; 3], index: u64) -> Array3<f64> {
    let mut random = Stream::new(3, "given", index);
    Array3::from_shape_simple_fn(shape, || f64::from(random.normal() as f32))
}

/// The values of an array, in the precision of the network.
pub fn elements<E: Element>(values: &Array3<f64>) -> Vec<E>
where
    Cpu: Device<E>,
{
    values.iter().map(|x| E::of(*x)).collect()
}

/// (1, n, 1) as a vector.
pub fn vector(values: &Array3<f64>) -> Array1<f64> {
    values.iter().copied().collect()
}

/// (1, R, C) as a matrix.
pub fn matrix(values: &Array3<f64>) -> Array2<f64> {
    values.index_axis(ndarray::Axis(0), 0).to_owned()
}

/// A vector as (1, n, 1).
pub fn column(values: impl IntoIterator<Item = f64>) -> Array3<f64> {
    let values: Vec<f64> = values.into_iter().collect();
    Array3::from_shape_vec((1, values.len(), 1), values).unwrap()
}

/// A matrix as (1, R, C).
pub fn sheet(values: Array2<f64>) -> Array3<f64> {
    values.insert_axis(ndarray::Axis(0))
}

/// A number as (1, 1, 1).
pub fn number(value: f64) -> Array3<f64> {
    Array3::from_elem((1, 1, 1), value)
}
