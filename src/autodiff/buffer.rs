//! Buffers of the size of activations, reused from step to step.
//!
//! A step needs the same few dozen large arrays as the step before. Taking them from a pool spares
//! the system clearing fresh pages and the program clearing memory that is about to be overwritten.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use rustfft::num_complex::Complex;

use super::Element;

/// A type whose vectors are pooled.
pub trait Pooled: Copy + Default + Send + 'static {
    /// The pool of the type.
    fn pool() -> &'static Mutex<Pool<Self>>;
}

impl<E: Element> Pooled for Complex<E> {
    fn pool() -> &'static Mutex<Pool<Self>> {
        E::complex_pool()
    }
}

/// A vector that goes back to its type's pool when it is dropped.
pub struct Buffer<T: Pooled>(Vec<T>);

impl<T: Pooled> Buffer<T> {
    /// `length` values of arbitrary content: every one of them is to be overwritten.
    pub fn new(length: usize) -> Self {
        let mut values = lock(T::pool()).take(size_class(length));
        values.resize(length, T::default());
        Buffer(values)
    }

    /// `length` zeros.
    pub fn zeros(length: usize) -> Self {
        let mut buffer = Self::new(length);
        buffer.fill(T::default());
        buffer
    }

    /// The vector itself, which then belongs to the caller.
    pub fn into_vec(mut self) -> Vec<T> {
        std::mem::take(&mut self.0)
    }
}

impl<T: Pooled> From<Vec<T>> for Buffer<T> {
    fn from(values: Vec<T>) -> Self {
        Buffer(values)
    }
}

impl<T: Pooled> FromIterator<T> for Buffer<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Buffer(values.into_iter().collect())
    }
}

impl<T: Pooled> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Pooled> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: Pooled> Drop for Buffer<T> {
    fn drop(&mut self) {
        if self.0.capacity() > 0 {
            lock(T::pool()).give(std::mem::take(&mut self.0));
        }
    }
}

/// Frees what the pool held through a whole step without anybody taking it.
pub fn end_of_step<E: Element>() {
    lock(E::pool()).end_of_step();
    lock(E::complex_pool()).end_of_step();
}

fn lock<E>(pool: &Mutex<Pool<E>>) -> std::sync::MutexGuard<'_, Pool<E>> {
    pool.lock().unwrap_or_else(|lock| lock.into_inner())
}

/// Vectors that nobody uses, by capacity: those given back in this step and those from before it.
pub struct Pool<E> {
    recent: BTreeMap<usize, Vec<Vec<E>>>,
    earlier: BTreeMap<usize, Vec<Vec<E>>>,
}

impl<E> Pool<E> {
    pub const fn new() -> Self {
        Pool {
            recent: BTreeMap::new(),
            earlier: BTreeMap::new(),
        }
    }

    fn take(&mut self, capacity: usize) -> Vec<E> {
        let from = |vectors: &mut BTreeMap<usize, Vec<Vec<E>>>| vectors.get_mut(&capacity)?.pop();
        from(&mut self.earlier)
            .or_else(|| from(&mut self.recent))
            .unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    fn give(&mut self, vector: Vec<E>) {
        self.recent
            .entry(vector.capacity())
            .or_default()
            .push(vector);
    }

    fn end_of_step(&mut self) {
        self.earlier = std::mem::take(&mut self.recent);
    }
}

/// The capacity for `length` values: rounded up by an eighth at most, so that a size that drifts a
/// little from step to step finds the buffers of the step before.
fn size_class(length: usize) -> usize {
    let granule = (length.next_power_of_two() / 16).max(64);
    length.next_multiple_of(granule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_its_length_and_wastes_an_eighth_at_most() {
        for length in (1..5000).chain([1 << 20, (1 << 20) + 1, 3_000_001]) {
            let class = size_class(length);
            assert!(class >= length);
            assert!(class <= length + length / 8 + 64, "{length}: {class}");
            assert_eq!(size_class(class), class);
        }
    }

    #[test]
    fn a_vector_is_taken_again_and_freed_after_an_idle_step() {
        let mut pool = Pool::<f32>::new();
        pool.give(Vec::with_capacity(64));
        assert_eq!(pool.take(64).capacity(), 64);
        assert!(pool.recent[&64].is_empty());
        pool.give(Vec::with_capacity(64));
        pool.end_of_step();
        assert_eq!(pool.earlier[&64].len(), 1, "kept for the next step");
        pool.end_of_step();
        assert!(pool.earlier.is_empty(), "freed after an idle one");
    }

    #[test]
    fn zeros_are_zero_whatever_the_pool_held() {
        let mut dirty = Buffer::<f64>::new(1000);
        dirty.fill(7.0);
        drop(dirty);
        assert!(Buffer::<f64>::zeros(1000).iter().all(|x| *x == 0.0));
    }
}
