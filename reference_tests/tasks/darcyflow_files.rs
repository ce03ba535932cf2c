//! DarcyFlow's files: MATLAB's formats as they come, whole, broken, and written here.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use dnarch::tasks::darcyflow::arrays::{Consumer, Sizes, consume};
use dnarch::tasks::darcyflow::generate_on;
use dnarch::tasks::{Batch, Origin, Source, Split, Targets, Task, open};
use dnarch::{Error, Result};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::{SPLITS, cases, check, from_directory, message, open_never_panics, reference, values};

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// An element; of up to 4 bytes, in the form that stands inside its tag.
fn element(kind: u32, data: &[u8]) -> Vec<u8> {
    if (1..=4).contains(&data.len()) {
        let mut bytes = words(&[kind | (data.len() as u32) << 16]);
        bytes.extend(data);
        bytes.resize(8, 0);
        return bytes;
    }
    let mut bytes = words(&[kind, data.len() as u32]);
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// An array of the class of doubles with values stored in type `storage`.
fn array(name: &str, sizes: &[u32], storage: u32, values: &[u8]) -> Vec<u8> {
    let parts = [
        element(6, &words(&[6, 0])),
        element(5, &words(sizes)),
        element(1, name.as_bytes()),
        element(storage, values),
    ];
    element(14, &parts.concat())
}

fn compressed(array: &[u8]) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(array).unwrap();
    let bytes = zlib.finish().unwrap();
    [words(&[15, bytes.len() as u32]), bytes].concat()
}

fn header() -> Vec<u8> {
    let mut bytes = format!("{:<116}", "MATLAB 5.0 MAT-file").into_bytes();
    bytes.extend([0; 8]);
    bytes.extend([0, 1, b'I', b'M']);
    bytes
}

fn doubles(values: impl Iterator<Item = f64>) -> Vec<u8> {
    values.flat_map(f64::to_le_bytes).collect()
}

/// A different value at every sample, row and column; whole numbers in f32.
fn value(sample: usize, row: usize, column: usize) -> f64 {
    (sample + 100 * row + 10_000 * column) as f64
}

/// Samples of `side` x `side` points in the file's order.
fn ordered(samples: usize, side: usize, of: impl Fn([usize; 3]) -> f64) -> Vec<f64> {
    let count = samples * side * side;
    let place = |at: usize| [at % samples, at / samples % side, at / samples / side];
    (0..count).map(|at| of(place(at))).collect()
}

fn coefficient([sample, row, column]: [usize; 3]) -> f64 {
    if (sample + row * column) % 3 == 0 {
        12.0
    } else {
        3.0
    }
}

/// A file of both arrays: the coefficients stored in bytes, as MATLAB does, the solutions as
/// doubles.
fn file(samples: usize, side: usize, pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let sizes = [samples as u32, side as u32, side as u32];
    let coefficients = ordered(samples, side, coefficient);
    let coefficients: Vec<u8> = coefficients.iter().map(|&a| a as u8).collect();
    let solutions = ordered(samples, side, |[n, i, j]| value(n, i, j));
    [
        header(),
        pack(&array("Kcoeff", &[3, 2], 2, &[0; 6])),
        pack(&array("coeff", &sizes, 2, &coefficients)),
        pack(&array("sol", &sizes, 9, &doubles(solutions.into_iter()))),
    ]
    .concat()
}

fn directory(first: &[u8], second: &[u8]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("x_smooth1.mat"), first).unwrap();
    fs::write(directory.path().join("x_smooth2.mat"), second).unwrap();
    directory
}

fn solutions(batch: Batch) -> Vec<f32> {
    match batch.targets {
        Targets::Fields(fields) => fields,
        _ => panic!("not a regression"),
    }
}

#[test]
fn every_fifth_point_of_the_first_samples_is_kept_in_order() {
    let plain: fn(&[u8]) -> Vec<u8> = <[u8]>::to_vec;
    let mut digests = Vec::new();
    for pack in [plain, compressed] {
        let directory = directory(&file(30, 13, pack), &file(7, 13, pack));
        let source = |grid, samples| Source {
            grid,
            samples,
            ..from_directory(directory.path())
        };
        for (grid, kept, stride) in [
            (None, 13, 1),
            (Some(4), 4, 4),
            (Some(2), 2, 12),
            (Some(7), 7, 2),
        ] {
            let task = open("darcyflow", &source(grid, None)).unwrap();
            assert_eq!(task.grid(), [kept, kept]);
            assert_eq!(SPLITS.map(|split| task.len(split)), [27, 3, 7]);
            assert_eq!(
                task.title(),
                format!(
                    "DarcyFlow format (not the benchmark's 85 x 85 of 421 x 421 points), 27/3/7 samples \
                     (training/validation/test), {kept} x {kept} of 13 x 13 points"
                )
            );
            for (split, index, sample) in [
                (Split::Train, 26, 26),
                (Split::Validation, 2, 29),
                (Split::Test, 6, 6),
            ] {
                let found = solutions(task.batch(split, &[index], 0).unwrap());
                for (place, found) in found.into_iter().enumerate() {
                    let (row, column) = (place / kept * stride, place % kept * stride);
                    assert_eq!(found, value(sample, row, column) as f32);
                }
            }
            // Coefficients: two of one value at a place have one input, of different ones two.
            let batch = task.batch(Split::Train, &[0, 1, 2, 3], 0).unwrap();
            for place in [0, kept * kept - 1] {
                let (row, column) = (place / kept * stride, place % kept * stride);
                let input = |n: usize| values(&batch.inputs)[3 * kept * kept * n + place];
                for (a, b) in [(0, 1), (0, 3), (1, 2)] {
                    let same = coefficient([a, row, column]) == coefficient([b, row, column]);
                    assert_eq!(input(a) == input(b), same);
                }
            }
            digests.push(task.digest());
        }
        let task = open("darcyflow", &source(None, Some(9))).unwrap();
        assert_eq!(SPLITS.map(|split| task.len(split)), [9, 3, 3]);
        for grid in [0, 1, 6, 12, 14, usize::MAX] {
            let refusal = message("darcyflow", &source(Some(grid), None));
            assert!(
                refusal.contains("a grid whose steps divide the 12 of "),
                "{refusal}"
            );
        }
        assert_eq!(check("darcyflow", directory.path()), (2, 37, vec![]));
    }
    assert_eq!(digests[..4], digests[4..]);
}

#[test]
fn values_of_every_storage_type_are_the_same_numbers() {
    let numbers = ordered(2, 4, |[n, i, j]| (n + 5 * i + 20 * j) as f64);
    macro_rules! stored {
        ($kind:expr, $number:ty) => {
            (
                $kind,
                numbers
                    .iter()
                    .flat_map(|&x| (x as $number).to_le_bytes())
                    .collect::<Vec<u8>>(),
            )
        };
    }
    struct All(Vec<f64>);
    impl Consumer for All {
        fn start(&mut self, _: Sizes) -> Result<()> {
            Ok(())
        }
        fn values(&mut self, _: usize, _: usize, _: usize, values: &[f64]) -> Result<()> {
            self.0.extend(values);
            Ok(())
        }
    }
    for (kind, bytes) in [
        stored!(1, i8),
        stored!(2, u8),
        stored!(3, i16),
        stored!(4, u16),
        stored!(5, i32),
        stored!(6, u32),
        stored!(7, f32),
        stored!(9, f64),
        stored!(12, i64),
        stored!(13, u64),
    ] {
        let array = array("sol", &[2, 4, 4], kind, &bytes);
        for array in [compressed(&array), array] {
            let mut all = All(Vec::new());
            let bytes = [header(), array].concat();
            consume(Path::new("file"), &mut &bytes[..], "sol", &mut all).unwrap();
            assert_eq!(all.0, numbers);
        }
    }
}

#[test]
fn the_reference_files_hold_the_reference_samples() {
    let Some(path) = reference("darcyflow") else {
        return;
    };
    let expected: ndarray::Array3<f64> =
        ndarray_npy::read_npy(path.join("ref_sol_64x85x85_f64.npy")).unwrap();
    let read = |name: &str| fs::read(path.join(format!("fixture_4x85x85_v5_{name}.mat"))).unwrap();
    let [raw, zipped] = ["raw", "compressed"].map(read);
    let [raw, zipped] = [directory(&raw, &zipped), directory(&zipped, &raw)];
    let [task, other] = [&raw, &zipped].map(|directory| {
        assert_eq!(check("darcyflow", directory.path()), (2, 8, vec![]));
        open("darcyflow", &from_directory(directory.path())).unwrap()
    });
    assert_eq!(task.digest(), other.digest());
    assert_eq!(SPLITS.map(|split| task.len(split)), [3, 1, 4]);
    let found = solutions(task.batch(Split::Test, &[0, 1, 2, 3], 0).unwrap());
    assert_eq!(found.len(), 4 * 85 * 85);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(*found, *expected as f32);
    }
}

/// What MATLAB 7.3 writes, but for its 512 bytes in front: HDF5 with the sizes reversed.
fn hdf5(samples: usize, side: usize) -> Vec<u8> {
    use hdf5_writer::{DatasetBuilder, FilterDescription, Hdf5Builder, Hdf5Writer, WriteOptions};
    let sizes = vec![side as u64, side as u64, samples as u64];
    let field = |name: &str, values: Vec<f64>| {
        let field = DatasetBuilder::typed_data(name, sizes.clone(), &values).unwrap();
        let deflate = FilterDescription {
            id: 1,
            name: None,
            client_data: vec![3],
        };
        field.chunked(vec![2, 3, 5]).filter(deflate)
    };
    let plan = Hdf5Builder::new()
        .dataset(field("coeff", ordered(samples, side, coefficient)))
        .dataset(field(
            "sol",
            ordered(samples, side, |[n, i, j]| value(n, i, j)),
        ))
        .into_plan()
        .unwrap();
    let writer = Hdf5Writer::new(Cursor::new(Vec::new()), WriteOptions::default());
    writer.finish(plan).unwrap().into_inner()
}

#[test]
fn matlab_7_3_files_hold_the_same() {
    let old = directory(&file(12, 7, compressed), &file(3, 7, compressed));
    let new = directory(&hdf5(12, 7), &hdf5(3, 7));
    for grid in [None, Some(3)] {
        let digest = |directory: &Path| {
            let source = Source {
                grid,
                ..from_directory(directory)
            };
            open("darcyflow", &source).unwrap().digest()
        };
        assert_eq!(digest(old.path()), digest(new.path()));
    }
    assert_eq!(check("darcyflow", new.path()), (2, 15, vec![]));
    let whole = hdf5(3, 4);
    for length in (0..whole.len()).step_by(7) {
        let cut = directory(&whole[..length], &whole);
        open_never_panics("darcyflow", cut.path()).unwrap();
    }
    let signature = directory(b"\x89HDF\r\n\x1a\n nothing else", &whole);
    let refusal = message("darcyflow", &from_directory(signature.path()));
    assert!(refusal.contains("in an HDF5 file"), "{refusal}");
}

#[test]
fn what_generate_writes_is_what_is_generated() {
    let parent = tempfile::tempdir().unwrap();
    for (side, samples, splits) in [(9, 7, [7, 2, 2]), (4, 30, [30, 8, 8])] {
        let generated = Source {
            grid: Some(side),
            samples: Some(samples),
            seed: 3,
            ..Source::default()
        };
        let generated = open("darcyflow", &generated).unwrap();
        let mut files = Vec::new();
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let out = parent.path().join(format!("{side}/{threads}"));
            pool.install(|| generate_on(&out, side, samples, 3))
                .unwrap();
            let task = open("darcyflow", &from_directory(&out)).unwrap();
            assert_eq!(SPLITS.map(|split| task.len(split)), splits);
            assert_eq!(task.digest(), generated.digest());
            assert!(
                task.title()
                    .starts_with("DarcyFlow, generated (not the benchmark's data), ")
            );
            for split in SPLITS {
                let all: Vec<usize> = (0..task.len(split)).collect();
                let batch = |task: &dyn Task| task.batch(split, &all, 0).unwrap();
                assert_eq!(batch(&*task), batch(&*generated));
            }
            let records = splits.iter().sum::<usize>() as u64;
            assert_eq!(check("darcyflow", &out), (2, records, vec![]));
            let names = [(1, splits[0] + splits[1]), (2, splits[2])];
            let names =
                names.map(|(number, n)| format!("piececonst_r{side}_N{n}_smooth{number}.mat"));
            files.push(names.map(|name| fs::read(out.join(name)).unwrap()));
            let again = generate_on(&out, side, samples, 3).unwrap_err().to_string();
            assert!(again.contains("not empty"), "{again}");
            assert_eq!(fs::read_dir(&out).unwrap().count(), 2);
        }
        assert_eq!(files[0], files[1]);
    }
    for (side, samples) in [(3, 4), (421, 0), (421, 1), (421, 1515), (85, usize::MAX)] {
        let out = parent.path().join("nothing");
        let refusal = generate_on(&out, side, samples, 0).unwrap_err().to_string();
        assert!(refusal.contains("expected"), "{refusal}");
        assert!(!out.exists());
    }
}

#[test]
fn broken_files_are_refused_by_array_and_place() {
    let sizes = [3, 4, 4];
    let bytes = vec![3; 48];
    let good = file(3, 4, <[u8]>::to_vec);
    let with = |arrays: &[Vec<u8>]| [header(), arrays.concat()].concat();
    let coefficients = array("coeff", &sizes, 2, &bytes);
    let mut big_endian = good.clone();
    big_endian[124..128].copy_from_slice(&[1, 0, b'M', b'I']);
    let mut not_finite = ordered(3, 4, |_| 1.0);
    not_finite[2 + 3 * (1 + 4 * 3)] = f64::NAN;
    let mut longer = array("sol", &sizes, 2, &bytes);
    longer.extend([0; 100]);
    for (bytes, expected) in [
        (vec![], "header: found the end of the file"),
        (
            vec![b' '; 200],
            "expected a little-endian MATLAB file, level 5",
        ),
        (big_endian, "header: found a big-endian one"),
        (with(&[]), "arrays: found no `coeff`"),
        (
            with(std::slice::from_ref(&coefficients)),
            "arrays: found no `sol`",
        ),
        (
            with(&[coefficients.clone(), coefficients.clone()]),
            "arrays: found two `coeff`",
        ),
        (
            with(&[element(1, b"a long string")]),
            "type of an element: found 1",
        ),
        (
            with(&[words(&[14, u32::MAX])]),
            "flags of an array: found the end of the array",
        ),
        (
            with(&[compressed(b"12345678")]),
            "compressed element: found ",
        ),
        (
            with(&[words(&[15, 4]), vec![1, 2, 3, 4]]),
            "compressed element: found corrupt",
        ),
        (
            with(&[words(&[14 | 5 << 16, 0])]),
            "found 5 bytes inside a tag",
        ),
        (
            with(&[array("coeff", &[3, 4, 5], 2, &[3; 60])]),
            "sizes of `coeff`: found [3, 4, 5]",
        ),
        (
            with(&[array("coeff", &[0, 4, 4], 2, &[])]),
            "sizes of `coeff`: found [0, 4, 4]",
        ),
        (
            with(&[array("coeff", &[3, 4], 2, &[3; 12])]),
            "sizes of `coeff`: found [3, 4]",
        ),
        (
            with(&[array("coeff", &[u32::MAX, 4, 4], 2, &[3; 12])]),
            "array `coeff`: found sizes",
        ),
        (
            with(&[array("coeff", &[i32::MAX as u32; 8], 2, &[3; 12])]),
            "array `coeff`: found sizes",
        ),
        (
            with(&[array("coeff", &[i32::MAX as u32; 2], 2, &[3; 12])]),
            "array `coeff`: found 12 bytes",
        ),
        (
            with(&[array("coeff", &sizes, 9, &bytes)]),
            "array `coeff`: found 48 bytes, expected 48 values of 8 bytes",
        ),
        (
            with(&[array("coeff", &sizes, 8, &bytes)]),
            "array `coeff`: found values of type 8, expected numbers",
        ),
        (
            with(&[coefficients.clone(), array("sol", &[4, 4, 4], 2, &[3; 64])]),
            "sizes of `sol`: found 4 x 4 x 4, expected 3 x 4 x 4, as `coeff`",
        ),
        (
            with(&[
                coefficients.clone(),
                array("sol", &sizes, 9, &doubles(not_finite.into_iter())),
            ]),
            "sol[2, 1, 3]: found NaN, expected a finite number",
        ),
        (
            with(&[coefficients.clone(), compressed(&longer)]),
            "compressed element: found more than an array",
        ),
        (
            file(2, 4, compressed),
            "samples: found 2, expected at least 3",
        ),
    ] {
        let directory = directory(&bytes, &good);
        let refusal = message("darcyflow", &from_directory(directory.path()));
        assert!(refusal.contains(expected), "{refusal}");
        assert!(
            refusal.contains("x_smooth1.mat: ") && !refusal.contains('\n'),
            "{refusal}"
        );
    }
    let refused = |directory: &tempfile::TempDir, expected: &str| {
        let refusal = message("darcyflow", &from_directory(directory.path()));
        assert!(refusal.contains(expected), "{refusal}");
    };
    let directory = directory(&good, &file(3, 5, compressed));
    refused(
        &directory,
        "x_smooth2.mat: points of an axis: found 5, expected 4",
    );
    fs::copy(
        directory.path().join("x_smooth1.mat"),
        directory.path().join("y_smooth1.mat"),
    )
    .unwrap();
    refused(
        &directory,
        "found more than one *_smooth1.mat, expected piececonst_r421_N1024",
    );
    fs::remove_file(directory.path().join("y_smooth1.mat")).unwrap();
    fs::remove_file(directory.path().join("x_smooth2.mat")).unwrap();
    refused(&directory, "found no *_smooth2.mat");
    let source = Source {
        augment: true,
        ..Source::default()
    };
    assert!(message("darcyflow", &source).contains("off: it has none"));
    let nothing = Source {
        origin: Origin::Real(directory.path().join("nothing")),
        ..Source::default()
    };
    assert!(message("darcyflow", &nothing).contains("found nothing there"));
    let whole = self::directory(&good, &good);
    let one = Source {
        samples: Some(1),
        ..from_directory(whole.path())
    };
    assert!(message("darcyflow", &one).contains("got 1, expected at least 2"));
    let mut generated = good.clone();
    let says = b"MATLAB 5.0 MAT-file, generated by dnarch, not the benchmark's data";
    generated[..says.len()].copy_from_slice(says);
    fs::write(whole.path().join("x_smooth2.mat"), generated).unwrap();
    refused(&whole, "x_smooth2.mat: header: found another origin");
}

#[test]
fn a_check_reports_each_bad_sample_and_goes_on() {
    let mut coefficients = ordered(5, 4, coefficient);
    coefficients[1 + 5 * (2 + 4 * 3)] = 4.0;
    coefficients[3 + 5 * 2] = f64::INFINITY;
    coefficients[3 + 5 * 15] = -3.0;
    let mut solutions = ordered(5, 4, |_| 1.0);
    solutions[4] = f64::NAN;
    let first = [
        header(),
        compressed(&array(
            "sol",
            &[5, 4, 4],
            9,
            &doubles(solutions.into_iter()),
        )),
        compressed(&array(
            "coeff",
            &[5, 4, 4],
            9,
            &doubles(coefficients.into_iter()),
        )),
    ];
    let directory = directory(&first.concat(), &file(3, 5, compressed));
    let (files, records, errors) = check("darcyflow", directory.path());
    assert_eq!((files, records), (2, 8));
    let expected = [
        "coeff[1, 2, 3]: found 4 (1 bad values in the sample), expected 3 or 12",
        "coeff[3, 2, 0]: found inf (2 bad values in the sample), expected 3 or 12",
        "sol[4, 0, 0]: found NaN (1 bad values in the sample), expected a finite number",
        "x_smooth2.mat: points of an axis: found 5, expected 4",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.contains(expected), "{error}");
    }
    let cut = first.concat();
    fs::write(
        directory.path().join("x_smooth1.mat"),
        &cut[..cut.len() - 9],
    )
    .unwrap();
    let (files, records, errors) = check("darcyflow", directory.path());
    assert_eq!((files, records), (2, 8));
    assert!(
        errors
            .iter()
            .any(|error| error.contains("expected all of it") || error.contains("a readable")),
        "{errors:?}"
    );
    fs::remove_file(directory.path().join("x_smooth1.mat")).unwrap();
    assert_eq!(check("darcyflow", directory.path()).0, 0);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for pack in [<[u8]>::to_vec as fn(&[u8]) -> Vec<u8>, compressed] {
        let whole = file(3, 4, pack);
        let parts = whole.len();
        for length in 0..parts {
            let directory = directory(&whole[..length], &whole);
            let refusal = message("darcyflow", &from_directory(directory.path()));
            assert!(refusal.contains("x_smooth1.mat: "), "{length}: {refusal}");
        }
    }
}

/// Notes the longest read that is asked for.
struct Watched<R> {
    stream: R,
    longest: usize,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.longest = self.longest.max(buffer.len());
        self.stream.read(buffer)
    }
}

#[test]
fn a_file_of_any_size_passes_through_one_buffer() {
    struct Count {
        values: usize,
        longest: usize,
    }
    impl Consumer for Count {
        fn start(&mut self, sizes: Sizes) -> Result<()> {
            assert_eq!((sizes.samples, sizes.side), (65_536, 20));
            Ok(())
        }
        fn values(&mut self, _: usize, _: usize, _: usize, values: &[f64]) -> Result<()> {
            assert!(values.iter().all(|&value| value == 0.0));
            self.values += values.len();
            self.longest = self.longest.max(values.len());
            Ok(())
        }
    }
    // 210 MB of zeros behind as many in an array that is not wanted.
    let size = 8 * 65_536 * 20 * 20_u32;
    let front = |name: &str| {
        let mut front = element(6, &words(&[6, 0]));
        front.extend(element(5, &words(&[65_536, 20, 20])));
        front.extend(element(1, name.as_bytes()));
        front.extend(words(&[9, size]));
        [words(&[14, front.len() as u32 + size]), front].concat()
    };
    let zeros = || std::io::repeat(0).take(size.into());
    let compressed = |name: &str| {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&front(name)).unwrap();
        std::io::copy(&mut zeros(), &mut zlib).unwrap();
        let bytes = zlib.finish().unwrap();
        [words(&[15, bytes.len() as u32]), bytes].concat()
    };
    let passes = |stream: &mut dyn Read| {
        let mut stream = Watched { stream, longest: 0 };
        let mut count = Count {
            values: 0,
            longest: 0,
        };
        consume(Path::new("file"), &mut stream, "sol", &mut count).unwrap();
        assert_eq!(count.values, 65_536 * 20 * 20);
        // Runs of 8,192 values and reads of as many doubles.
        assert!(count.longest <= 8192, "{}", count.longest);
        assert!(stream.longest <= 8 * 8192, "{}", stream.longest);
    };
    passes(&mut &[header(), compressed("other"), compressed("sol")].concat()[..]);
    let (other, sol) = ([header(), front("other")].concat(), front("sol"));
    passes(&mut (&other[..]).chain(zeros()).chain(&sol[..]).chain(zeros()));
}

fn any_consumer() -> impl Consumer {
    struct Ignore;
    impl Consumer for Ignore {
        fn start(&mut self, _: Sizes) -> Result<()> {
            Ok(())
        }
        fn values(&mut self, _: usize, _: usize, _: usize, _: &[f64]) -> Result<()> {
            Ok(())
        }
    }
    Ignore
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_elements_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        zipped in any::<bool>(),
    ) {
        let content = if zipped { compressed(&bytes) } else { bytes };
        let bytes = [header(), content].concat();
        let _: std::result::Result<(), Error> =
            consume(Path::new("file"), &mut &bytes[..], "sol", &mut any_consumer());
    }

    #[test]
    fn damaged_files_never_panic(
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        zipped in any::<bool>(),
    ) {
        let mut bytes = file(3, 4, if zipped { compressed } else { <[u8]>::to_vec });
        let place = at.index(bytes.len());
        bytes[place] ^= with;
        open_never_panics("darcyflow", directory(&bytes, &file(2, 4, compressed)).path())?;
    }
}
