//! A smallest file of each format of the data sets, to start from.

use std::fs;
use std::io::Cursor;

use dnarch::tasks::darcyflow::generate_on;
use dnarch::tasks::marker::Marker;
use dnarch::tasks::npy;
use dnarch::tasks::pathfinder::PATHFINDER;
use hdf5_writer::{DatasetBuilder, FilterDescription, Hdf5Builder, Hdf5Writer, WriteOptions};
use png::{BitDepth, ColorType};

/// Bytes of an image of CIFAR.
pub const PIXELS: usize = 3072;

pub fn expressions() -> Vec<Vec<u8>> {
    let rows = "Source\tTarget\r\n( ( ( ( [MED 2 ) 9 ) ( ( [SM 7 ) ] ) ) ] )\t7\r\n5\t5\r\n";
    vec![rows.into()]
}

pub fn pairs() -> Vec<Vec<u8>> {
    vec![b"1.0\t1\t2\tone text\tanother\n0\t3\t4\ta\tb\n".to_vec()]
}

pub fn reviews() -> Vec<Vec<u8>> {
    let paths = ["aclImdb/train/neg/0_3.txt", "aclImdb/test/pos/1_10.txt"];
    vec![tar(paths.map(|path| (path, "text")))]
}

pub fn batches() -> Vec<Vec<u8>> {
    let folders = ["cifar-10-batches-bin", "cifar-10-batches-py"];
    let endings = [".bin", ""];
    let archive = |number: usize| {
        let (folder, ending) = (folders[number], endings[number]);
        let names = ["data_batch_1", "test_batch"];
        let paths = names.map(|name| format!("{folder}/{name}{ending}"));
        tar(paths.each_ref().map(|path| (path.as_str(), "too short")))
    };
    vec![archive(0), archive(1)]
}

fn tar<const FILES: usize>(files: [(&str, &str); FILES]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        let appended = archive.append_data(&mut header, path, text.as_bytes());
        appended.expect("a vector takes all files");
    }
    archive.into_inner().expect("a vector takes all files")
}

/// Of each element type.
pub fn arrays() -> Vec<Vec<u8>> {
    let kinds = [
        "<f4", ">f8", "|i1", "<i2", ">i4", "<i8", "|b1", "|u1", ">u2", "<u4", "<u8",
    ];
    let array = |kind: &str| {
        let size = kind[2..].parse().expect("a number of bytes");
        array(kind, "(1,)", &[0; 8][..size])
    };
    kinds.map(array).to_vec()
}

fn array(kind: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let header = format!("{header:<117}\n");
    [npy::MAGIC, &[1, 0, 118, 0], header.as_bytes(), elements].concat()
}

/// Without all the elements but one.
pub fn frames() -> Vec<Vec<u8>> {
    vec![array("<f4", "(2, 256, 256)", &1_f32.to_le_bytes())]
}

/// As text and as an array.
pub fn lists() -> Vec<Vec<u8>> {
    let fields = ["imgs/0", "sample_0.png", "0", "1", "1.8", "14"];
    let mut strings = Vec::new();
    for field in fields {
        let codes = field.bytes().flat_map(|byte| [byte, 0, 0, 0]);
        strings.extend(codes);
        strings.resize(strings.len().next_multiple_of(4 * 12), 0);
    }
    let list = array("<U12", "(1, 6)", &strings);
    vec![format!("{}\n", fields.join(" ")).into(), list]
}

/// One that the generator writes, and one of each kind of colour.
pub fn images() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a place for files");
    let generated = PATHFINDER.generate(directory.path(), 1, 0);
    generated.expect("an image");
    let image = "pathfinder32/curv_contour_length_14/imgs/0/sample_0.png";
    let mut images = vec![fs::read(directory.path().join(image)).expect("an image")];
    for (color, depth, bits) in [
        (ColorType::Grayscale, BitDepth::One, 1),
        (ColorType::GrayscaleAlpha, BitDepth::Eight, 16),
        (ColorType::Rgb, BitDepth::Eight, 24),
        (ColorType::Rgba, BitDepth::Eight, 32),
        (ColorType::Indexed, BitDepth::Four, 4),
        (ColorType::Grayscale, BitDepth::Sixteen, 16),
    ] {
        let mut image = Vec::new();
        let side = PATHFINDER.side;
        let mut encoder = png::Encoder::new(&mut image, side as u32, side as u32);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder.set_palette(vec![0; 3 * 16]);
        let written = encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&vec![0; side * side * bits / 8]));
        written.expect("a vector takes every image");
        images.push(image);
    }
    images
}

/// An image with label 0 under each of these names, as Python 2 pickled it.
pub fn pickle(labels: &[&str]) -> Vec<u8> {
    let mut pickle = b"\x80\x02}(U\x04data".to_vec();
    pickle.extend(b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01btR");
    pickle.extend(b"(K\x01K\x01M\x00\x0c\x86cnumpy\ndtype\nU\x02u1K\0K\x01\x87R");
    pickle.extend(b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T\x00\x0c\0\0");
    pickle.extend([0; PIXELS]);
    pickle.extend(b"tb");
    for name in labels {
        pickle.extend([b'U', name.len() as u8]);
        pickle.extend(name.bytes());
        pickle.extend(b"]q\x01(K\0e");
    }
    pickle.extend(b"u.");
    pickle
}

/// Zeros.
pub fn idx(sizes: &[u32]) -> Vec<u8> {
    let count: u32 = sizes.iter().product();
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    file.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    file.resize(file.len() + count as usize, 0);
    file
}

/// MATLAB's level 5, compressed by the generator and not, and 7.3, the same. What HDF5 is written
/// here has checksums that hide most mutations; older HDF5, as MATLAB's, has none.
pub fn fields() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a place for files");
    generate_on(directory.path(), SIDE, 2, 0).expect("fields");
    let files = fs::read_dir(directory.path()).expect("fields");
    let files = files.map(|file| fs::read(file.expect("a file").path()).expect("a file"));
    let mut files: Vec<Vec<u8>> = files.collect();
    // The system lists them in any order.
    files.sort();
    files.extend([matlab(), hdf5(None), hdf5(Some(1))]);
    files.push(include_bytes!("../seeds/matlab_7_3.mat").to_vec());
    files
}

/// Points of an axis.
const SIDE: usize = 4;
const SAMPLES: usize = 3;

fn values() -> Vec<f64> {
    (0..SAMPLES * SIDE * SIDE)
        .map(|place| [3.0, 12.0][place % 2])
        .collect()
}

fn matlab() -> Vec<u8> {
    let mut file = format!("{:<116}", "MATLAB 5.0 MAT-file").into_bytes();
    file.extend(b"\0\0\0\0\0\0\0\0\x00\x01IM");
    let sizes = [SAMPLES as u32, SIDE as u32, SIDE as u32];
    for name in ["coeff", "sol"] {
        let values = values();
        let mut array = Vec::new();
        let words = [
            6,
            8,
            6,
            0,
            5,
            12,
            sizes[0],
            sizes[1],
            sizes[2],
            0,
            1,
            name.len() as u32,
        ];
        array.extend(words.iter().flat_map(|word: &u32| word.to_le_bytes()));
        array.extend(format!("{name:\0<8}").bytes());
        array.extend(
            [9, 8 * values.len() as u32]
                .iter()
                .flat_map(|word| word.to_le_bytes()),
        );
        array.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        file.extend(
            [14, array.len() as u32]
                .iter()
                .flat_map(|word| word.to_le_bytes()),
        );
        file.extend(array);
    }
    file
}

/// In one piece, or in chunks that go through this filter.
fn hdf5(filter: Option<u16>) -> Vec<u8> {
    let sizes = vec![SIDE as u64, SIDE as u64, SAMPLES as u64];
    let array = |name: &str| {
        let array = DatasetBuilder::typed_data(name, sizes.clone(), &values());
        let array = array.expect("an array");
        match filter {
            None => array,
            Some(id) => array.chunked(vec![2, 3, 2]).filter(FilterDescription {
                id,
                name: None,
                client_data: vec![3],
            }),
        }
    };
    let builder = Hdf5Builder::new()
        .dataset(array("coeff"))
        .dataset(array("sol"));
    let plan = builder.into_plan().expect("a file");
    let writer = Hdf5Writer::new(Cursor::new(Vec::new()), WriteOptions::default());
    writer
        .finish(plan)
        .expect("a vector takes all bytes")
        .into_inner()
}

pub fn markers() -> Vec<Vec<u8>> {
    let marker = Marker {
        name: "cosmic".to_string(),
        seed: 0,
        counts: [1, 2, 3],
    };
    vec![marker.to_string().into()]
}
