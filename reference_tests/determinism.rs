//! Every operation gives the same bits with 1, 2 and 4 threads, forward and backward.

#[path = "common/compare.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod compare;
#[path = "common/operation/mod.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod operation;

use compare::assert_same_bits;
use dfdx::prelude::{Cpu, Device};
use dnarch::autodiff::{Element, Gelu};
use operation::convolution::Convolution;
use operation::layer::PointwiseLinear;
use operation::resampling::{Expansion, Reduction};
use operation::residual::BlockEnd;
use operation::resolution_mask::Cut;
use operation::{Check, Operation, evaluate, forward, normal, stream};
use rayon::{ThreadPool, ThreadPoolBuilder};

struct SameBits {
    pools: Vec<ThreadPool>,
}

impl SameBits {
    fn new() -> Self {
        let pool = |threads| {
            ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
        };
        SameBits {
            pools: [1, 2, 4].map(pool).into(),
        }
    }

    fn compare<E: Element>(&self, operation: &(impl Operation + Sync))
    where
        Cpu: Device<E>,
    {
        let mut random = stream(operation);
        let inputs = operation.inputs(&mut random);
        let shape = forward::<E>(operation, &inputs).dim().into();
        let cotangent = normal(&mut random, shape);
        let run =
            |pool: &ThreadPool| pool.install(|| evaluate::<E>(operation, &inputs, &cotangent));
        let (expected, expected_gradients) = run(&self.pools[0]);
        // Once more with one thread, then with two and four.
        for pool in &self.pools {
            let name = format!(
                "{operation:?}, {}, {} threads",
                E::NAME,
                pool.current_num_threads()
            );
            let (found, gradients) = run(pool);
            assert_same_bits(&name, &found, &expected);
            for (i, (found, expected)) in gradients.iter().zip(&expected_gradients).enumerate() {
                assert_same_bits(&format!("{name}, gradient of input {i}"), found, expected);
            }
        }
    }
}

impl Check for SameBits {
    fn check(&mut self, operation: &(impl Operation + Sync)) {
        self.compare::<f32>(operation);
        self.compare::<f64>(operation);
    }
}

#[test]
fn threads_change_no_bit() {
    operation::all(&mut SameBits::new());
}

/// Sizes with work for every thread.
#[test]
fn threads_change_no_bit_of_larger_operations() {
    let mut check = SameBits::new();
    for [batch, inputs, outputs, positions] in [[1, 128, 200, 333], [9, 64, 40, 150]] {
        check.check(&PointwiseLinear {
            batch,
            inputs,
            outputs,
            positions,
        });
    }
    let line = [Cut::Kept(150)];
    check.check(&Convolution::new(17, &[400], &[150], &[233], &line));
    check.check(&Reduction::new(17, &[400], &[233], &line));
    check.check(&Expansion::new(17, &[400], &[233]));
    let plane = [Cut::Kept(18), Cut::Open];
    check.check(&Convolution::new(9, &[32, 28], &[16, 3], &[20, 28], &plane));
    check.check(&Reduction::new(
        9,
        &[32, 28],
        &[20, 28],
        &[Cut::Kept(17), Cut::Open],
    ));
    check.check(&BlockEnd {
        batch: 5,
        stream: 40,
        gated: Some(33),
        branch: 37,
        grid: vec![32, 28],
        reduced: vec![20, 28],
        masked_depth: true,
        form: Gelu::Exact,
    });
}
