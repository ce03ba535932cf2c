//! DarcyFlow: every stage, the statistics, and what the task serves.

use dnarch::random::Stream;
use dnarch::tasks::darcyflow::{Generator, field, solver::Solver, spline};
use dnarch::tasks::{Encoding, Goal, Source, Split, Targets, Task, open};
use ndarray::Array2;

use super::{SPLITS, reference, values};

fn assert_close(found: &Array2<f64>, expected: &Array2<f64>, tolerance: f64) {
    assert_eq!(found.dim(), expected.dim());
    let scale = expected
        .iter()
        .fold(0.0, |scale: f64, x| scale.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs();
        assert!(error <= tolerance * scale, "{found} for {expected}");
    }
}

#[test]
fn every_stage_of_darcyflow_matches_the_reference_chain() {
    let Some(path) = reference("darcyflow") else {
        return;
    };
    let read = |stage: &str| -> Array2<f64> {
        let values = ndarray_npy::read_npy(path.join(format!("chain85_{stage}_f64.npy")));
        values.unwrap()
    };
    let [noise, field, coefficient, at_nodes, u, solution] =
        ["xi", "g", "coeff", "coeff_nodes", "u_nodes", "sol"].map(read);
    let n = noise.nrows();
    let (centres, nodes) = (spline::centres(n), spline::nodes(n));
    let to_nodes = spline::interpolation(&centres, &nodes);
    let to_centres = spline::interpolation(&nodes, &centres);
    // Each stage starts from the reference's, so the tolerance is for one stage's rounding; the
    // solver adds its own 1e-12 times the condition number that the preconditioner leaves, about 10.
    assert_close(&field::GaussianField::new(n).sample(&noise), &field, 1e-10);
    assert_close(&field::coefficient(&field), &coefficient, 0.0);
    let found = to_nodes.dot(&coefficient).dot(&to_nodes.t());
    assert_close(&found, &at_nodes, 1e-10);
    assert_close(&Solver::new(n).solve(&at_nodes).unwrap(), &u, 1e-10);
    assert_close(&to_centres.dot(&u).dot(&to_centres.t()), &solution, 1e-10);
    let (found_coefficient, found_solution) = Generator::new(n).unwrap().sample(&noise).unwrap();
    assert_close(&found_coefficient, &coefficient, 0.0);
    assert_close(&found_solution, &solution, 1e-10);
}

/// Mean over the samples of: mean and maximum of the solution, its mean on the boundary rows, and
/// the share of high coefficients; after each, its standard deviation over the samples.
fn statistics(coefficients: &[f64], solutions: &[f64], n: usize) -> Vec<(f64, f64)> {
    let points = n * n;
    let samples = (solutions.len() / points) as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let quantities: [Vec<f64>; 4] = [
        solutions.chunks(points).map(mean).collect(),
        solutions
            .chunks(points)
            .map(|field| field.iter().copied().fold(f64::MIN, f64::max))
            .collect(),
        solutions
            .chunks(points)
            .map(|field| mean(&[&field[..n], &field[points - n..]].concat()))
            .collect(),
        coefficients
            .chunks(points)
            .map(|field| field.iter().filter(|&&a| a == field::HIGH).count() as f64 / points as f64)
            .collect(),
    ];
    quantities
        .iter()
        .map(|values| {
            let centre = mean(values);
            let squares = values
                .iter()
                .map(|value| (value - centre).powi(2))
                .sum::<f64>();
            (centre, (squares / (samples - 1.0)).sqrt())
        })
        .collect()
}

#[test]
fn generated_samples_have_the_reference_samples_statistics() {
    let Some(path) = reference("darcyflow") else {
        return;
    };
    let coefficients: ndarray::Array3<f32> =
        ndarray_npy::read_npy(path.join("ref_coeff_64x85x85_f32.npy")).unwrap();
    let solutions: ndarray::Array3<f64> =
        ndarray_npy::read_npy(path.join("ref_sol_64x85x85_f64.npy")).unwrap();
    let expected = statistics(
        &coefficients
            .iter()
            .map(|&a| f64::from(a))
            .collect::<Vec<_>>(),
        &solutions.iter().copied().collect::<Vec<_>>(),
        85,
    );
    let generator = Generator::new(85).unwrap();
    let (mut coefficients, mut solutions) = (Vec::new(), Vec::new());
    for index in 0..64 {
        let mut stream = Stream::new(0, "statistics", index);
        let noise = Array2::from_shape_simple_fn((85, 85), || stream.normal());
        let (coefficient, solution) = generator.sample(&noise).unwrap();
        coefficients.extend(coefficient);
        solutions.extend(solution);
    }
    let found = statistics(&coefficients, &solutions, 85);
    // The reference was solved on 421 points per axis, so its outermost centres are nearer the wall,
    // where u vanishes, by this factor.
    let nearer = [1.0, 1.0, 421.0 / 85.0, 1.0];
    for ((found, expected), factor) in found.iter().zip(&expected).zip(nearer) {
        let (mean, deviation) = (expected.0 * factor, expected.1 * factor);
        // Four standard errors of the difference of two means, and of the ratio of two deviations.
        let error = found.1.hypot(deviation) / 8.0;
        approx::assert_abs_diff_eq!(found.0, mean, epsilon = 4.0 * error);
        approx::assert_relative_eq!(found.1 / deviation, 1.0, epsilon = 0.5);
    }
}

#[test]
fn darcyflow_is_normalised_over_its_training_samples_and_knows_its_coordinates() {
    let source = Source {
        grid: Some(9),
        samples: Some(7),
        seed: 5,
        ..Source::default()
    };
    let task = open("darcyflow", &source).unwrap();
    assert_eq!(
        task.title(),
        "DarcyFlow, generated on a 9 x 9 grid (not the benchmark's data), 7/2/2 samples \
         (training/validation/test), seed 5"
    );
    assert_eq!(task.grid(), [9, 9]);
    assert_eq!(task.encoding(), Encoding::Values { channels: 3 });
    let batch = task.batch(Split::Train, &[0, 1, 2, 3, 4, 5, 6], 0).unwrap();
    let all = values(&batch.inputs);
    let Targets::Fields(solutions) = batch.targets else {
        panic!("not a regression")
    };
    let Goal::Regression {
        channels: 1,
        mean,
        deviation,
    } = task.goal()
    else {
        panic!("not a regression of one channel")
    };
    // Per position: normalised coefficients have mean 0 and squares of sum 6 (unbiased, 7 samples),
    // up to the 1e-5 in the deviation, which is 3.4 or more for two levels unless all agree.
    for position in 0..81 {
        let column = |values: &[f32], stride: usize| -> Vec<f64> {
            (0..7)
                .map(|sample| f64::from(values[sample * stride + position]))
                .collect()
        };
        let inputs = column(all, 243);
        let squares: f64 = inputs.iter().map(|x| x * x).sum();
        approx::assert_abs_diff_eq!(inputs.iter().sum::<f64>(), 0.0, epsilon = 1e-5);
        assert!(squares == 0.0 || (squares - 6.0).abs() < 1e-4, "{squares}");
        let fields = column(&solutions, 81);
        let centre = fields.iter().sum::<f64>() / 7.0;
        let spread: f64 = fields.iter().map(|u| (u - centre).powi(2)).sum();
        let expected = (spread / 6.0).sqrt() + 1e-5;
        approx::assert_relative_eq!(f64::from(mean[position]), centre, max_relative = 1e-6);
        approx::assert_relative_eq!(
            f64::from(deviation[position]),
            expected,
            max_relative = 1e-6
        );
        assert_eq!(all[81 + position], (position % 9) as f32 / 8.0);
        assert_eq!(all[162 + position], (position / 9) as f32 / 8.0);
    }
}

#[test]
fn a_darcyflow_sample_depends_on_its_seed_split_and_index_alone() {
    let opened = |samples, seed| {
        let source = Source {
            grid: Some(8),
            samples: Some(samples),
            seed,
            ..Source::default()
        };
        open("darcyflow", &source).unwrap()
    };
    let few = opened(4, 1);
    let many = opened(12, 1);
    let targets = |task: &dyn Task, split| task.batch(split, &[0], 0).unwrap().targets;
    for split in SPLITS {
        assert_eq!(targets(&*few, split), targets(&*many, split));
    }
    assert_ne!(targets(&*few, Split::Train), targets(&*few, Split::Test));
    assert_ne!(
        targets(&*few, Split::Validation),
        targets(&*few, Split::Test)
    );
    assert_ne!(
        targets(&*few, Split::Train),
        targets(&*opened(4, 2), Split::Train)
    );

    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let digests = [1, 2, 5].map(|threads| pool(threads).install(|| opened(12, 1).digest()));
    assert_eq!(digests, [many.digest(), many.digest(), many.digest()]);
}

#[test]
fn darcyflow_exists_on_small_odd_even_and_prime_grids() {
    for grid in (4..20).chain([31, 32, 64]) {
        let source = Source {
            grid: Some(grid),
            samples: Some(16),
            ..Source::default()
        };
        let task = open("darcyflow", &source).unwrap();
        let Targets::Fields(solution) = task.batch(Split::Test, &[0], 0).unwrap().targets else {
            panic!("not a regression")
        };
        assert_eq!(solution.len(), grid * grid);
        assert!(solution.iter().all(|u| u.is_finite()));
    }
}
