//! Every parameter of a network, in one named list at maximum size.

use dfdx::prelude::{Cpu, Device};

use crate::Result;
use crate::autodiff::{Element, Variable};

/// What a parameter is, which decides how it is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A weight matrix: decays.
    Weight,
    /// A bias, or the scale or shift of a normalisation: does not decay.
    Offset,
    /// The offset of a sigmoid mask with this temperature: reset to its bounds after a step.
    Mu { tau: f64 },
    /// The width of a Gaussian mask on an axis of this many taps: reset to its bound after a step.
    Sigma { taps: usize },
}

/// A named parameter of shape (1, rows, columns).
pub struct Parameter<E: Element>
where
    Cpu: Device<E>,
{
    pub name: String,
    pub kind: Kind,
    pub variable: Variable<E>,
}

/// Where a parameter stands in [`Parameters`].
#[derive(Clone, Copy, Debug)]
pub struct Slot(usize);

/// The list.
pub struct Parameters<E: Element>
where
    Cpu: Device<E>,
{
    list: Vec<Parameter<E>>,
}

impl<E: Element> Parameters<E>
where
    Cpu: Device<E>,
{
    pub fn new() -> Self {
        Parameters { list: Vec::new() }
    }

    /// Adds a parameter of `rows` x `columns` values.
    pub fn add(
        &mut self,
        name: String,
        kind: Kind,
        [rows, columns]: [usize; 2],
        value: impl FnMut() -> f64,
    ) -> Result<Slot> {
        let values = std::iter::repeat_with(value)
            .take(rows * columns)
            .map(E::of)
            .collect();
        let variable = Variable::parameter(values, [1, rows, columns])?;
        self.list.push(Parameter {
            name,
            kind,
            variable,
        });
        Ok(Slot(self.list.len() - 1))
    }

    pub fn list(&self) -> &[Parameter<E>] {
        &self.list
    }

    pub fn list_mut(&mut self) -> &mut [Parameter<E>] {
        &mut self.list
    }

    pub fn variable(&self, slot: Slot) -> &Variable<E> {
        &self.list[slot.0].variable
    }

    pub fn variable_mut(&mut self, slot: Slot) -> &mut Variable<E> {
        &mut self.list[slot.0].variable
    }

    /// The value of a parameter that is one number.
    pub fn scalar(&self, slot: Slot) -> f64 {
        self.variable(slot).values()[0].wide()
    }
}

/// The part of each parameter that a step uses: (rows, columns), in the list's order. The rest is
/// frozen.
pub struct ActiveParts(Vec<[usize; 2]>);

impl ActiveParts {
    /// Nothing of `count` parameters.
    pub fn none(count: usize) -> Self {
        ActiveParts(vec![[0, 0]; count])
    }

    pub fn set(&mut self, slot: Slot, rows: usize, columns: usize) {
        self.0[slot.0] = [rows, columns];
    }

    pub fn parts(&self) -> &[[usize; 2]] {
        &self.0
    }
}
