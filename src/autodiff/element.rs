//! The floating-point types a network can be computed in: `f32` to train, `f64` to check.

use std::sync::{Mutex, OnceLock};

use dfdx::prelude::{Cpu, Dtype, Storage};
use rustfft::num_complex::Complex;
use rustfft::{FftNum, FftPlanner};

use super::buffer::{Pool, Pooled};

/// A floating-point type with everything the operations of this room need.
pub trait Element:
    Dtype
    + Pooled
    + FftNum
    + num_traits::Float
    + std::ops::AddAssign
    + std::ops::MulAssign
    + std::iter::Sum
    + Default
{
    /// The name in files and messages: `f32` or `f64`.
    const NAME: &'static str;

    /// The nearest value to `x`.
    fn of(x: f64) -> Self;
    /// This value in double precision.
    fn wide(self) -> f64;
    /// The vector inside dfdx's CPU storage, to be replaced or changed.
    fn storage(storage: &mut <Cpu as Storage<Self>>::Vec) -> &mut Vec<Self>
    where
        Cpu: Storage<Self>;
    /// The pool that buffers of complex numbers of this type come from.
    fn complex_pool() -> &'static Mutex<Pool<Complex<Self>>>;
    /// The planner that caches this type's transforms for the life of the program.
    fn planner() -> &'static Mutex<FftPlanner<Self>>;
    /// Exact GELU `x Phi(x)` and its slope `Phi(x) + x phi(x)`, element by element.
    fn gelu(x: &[Self], y: &mut [Self], slope: &mut [Self]);
    /// Writes `values` as little-endian bytes.
    fn write(values: &[Self]) -> Vec<u8>;
    /// Reads little-endian bytes; the length must be a multiple of the type's size.
    fn read(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! element {
    ($type:ident, $gelu:path) => {
        impl Pooled for $type {
            fn pool() -> &'static Mutex<Pool<Self>> {
                static POOL: Mutex<Pool<$type>> = Mutex::new(Pool::new());
                &POOL
            }
        }

        impl Element for $type {
            const NAME: &'static str = stringify!($type);
            fn of(x: f64) -> Self {
                x as $type
            }
            fn wide(self) -> f64 {
                f64::from(self)
            }
            fn storage(storage: &mut <Cpu as Storage<Self>>::Vec) -> &mut Vec<Self> {
                storage
            }
            fn complex_pool() -> &'static Mutex<Pool<Complex<Self>>> {
                static POOL: Mutex<Pool<Complex<$type>>> = Mutex::new(Pool::new());
                &POOL
            }
            fn planner() -> &'static Mutex<FftPlanner<Self>> {
                static PLANNER: OnceLock<Mutex<FftPlanner<$type>>> = OnceLock::new();
                PLANNER.get_or_init(|| Mutex::new(FftPlanner::new()))
            }
            fn gelu(x: &[Self], y: &mut [Self], slope: &mut [Self]) {
                $gelu(x, y, slope)
            }
            fn write(values: &[Self]) -> Vec<u8> {
                values.iter().flat_map(|v| v.to_le_bytes()).collect()
            }
            fn read(bytes: &[u8]) -> Vec<Self> {
                bytes
                    .as_chunks()
                    .0
                    .iter()
                    .map(|chunk| $type::from_le_bytes(*chunk))
                    .collect()
            }
        }
    };
}

element!(f32, super::activation::gelu_f32);
element!(f64, super::activation::gelu_f64);
