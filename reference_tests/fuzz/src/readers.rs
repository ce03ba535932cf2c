//! The readers of the data sets' files, in a table whose places the fuzzer's first byte chooses.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use dnarch::tasks::catalogue::Check;
use dnarch::tasks::cifar::{self, CIFAR10, CIFAR100};
use dnarch::tasks::cosmic::directory::parse_sky;
use dnarch::tasks::cosmic::frame::{Frame, SIDE};
use dnarch::tasks::marker::{self, Marker};
use dnarch::tasks::pathfinder::{PATHFINDER, files, metadata};
use dnarch::tasks::{Origin, Source, darcyflow, listops, mnist, npy, open, retrieval, text};
use dnarch::{Error, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::smallest;

/// Every path that a message can name holds this.
pub const NAME: &str = "dnarch-fuzz-";

/// Reads bytes and hands on what is wrong with single records.
type Read = fn(&[u8], &mut dyn FnMut(Error)) -> Result<()>;

pub struct Reader {
    pub name: &'static str,
    pub read: Read,
    /// Smallest files that it reads.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

pub const READERS: &[Reader] = &[
    Reader {
        name: "listops",
        read: |bytes, _| listops::read(path(), bytes, usize::MAX).map(drop),
        seeds: smallest::expressions,
    },
    Reader {
        name: "listops-check",
        read: |bytes, bad| {
            let files = ["basic_train.tsv", "basic_val.tsv", "basic_test.tsv"];
            check(listops::check, &directory("listops", &files, bytes), bad)
        },
        seeds: smallest::expressions,
    },
    Reader {
        name: "retrieval",
        read: |bytes, _| retrieval::count(path(), bytes).map(drop),
        seeds: smallest::pairs,
    },
    Reader {
        name: "text-tar",
        read: |bytes, _| text::read_archive(path(), &archive(bytes)[..]).map(drop),
        seeds: smallest::reviews,
    },
    Reader {
        name: "text-gzip",
        read: |bytes, _| text::read_archive(path(), bytes).map(drop),
        seeds: || smallest::reviews().iter().map(|tar| archive(tar)).collect(),
    },
    Reader {
        name: "npy",
        read: |bytes, _| npy::parse(path(), bytes).map(drop),
        seeds: smallest::arrays,
    },
    Reader {
        name: "cosmic-frame",
        read: |bytes, _| Frame::parse(path(), &frame(bytes)).map(drop),
        seeds: smallest::frames,
    },
    Reader {
        name: "cosmic-sky",
        read: |bytes, _| parse_sky(path(), bytes).map(drop),
        seeds: smallest::arrays,
    },
    Reader {
        name: "pathfinder-list",
        read: |bytes, bad| {
            let contour_length = (PATHFINDER.parameters)().contour_length;
            metadata::parse(path(), bytes, contour_length, &mut |record| {
                record.map(drop).unwrap_or_else(&mut *bad);
                Ok(())
            })
        },
        seeds: smallest::lists,
    },
    Reader {
        name: "pathfinder-image",
        read: |bytes, _| {
            let pixels = files::decode(path(), bytes, PATHFINDER.side)?;
            assert_eq!(pixels.len(), PATHFINDER.side * PATHFINDER.side);
            Ok(())
        },
        seeds: smallest::images,
    },
    Reader {
        name: "cifar10-records",
        read: |bytes, bad| {
            let bad = &mut passed_on(bad);
            cifar::records::parse(path(), &mut &bytes[..], &CIFAR10, bad).map(drop)
        },
        seeds: || vec![vec![0; 1 + smallest::PIXELS]],
    },
    Reader {
        name: "cifar100-records",
        read: |bytes, bad| {
            let bad = &mut passed_on(bad);
            cifar::records::parse(path(), &mut &bytes[..], &CIFAR100, bad).map(drop)
        },
        seeds: || vec![vec![0; 2 + smallest::PIXELS]],
    },
    Reader {
        name: "cifar10-python",
        read: |bytes, bad| {
            let bad = &mut passed_on(bad);
            cifar::python::parse(path(), &mut &bytes[..], &CIFAR10, bad).map(drop)
        },
        seeds: || vec![smallest::pickle(&["labels"])],
    },
    Reader {
        name: "cifar100-python",
        read: |bytes, bad| {
            let bad = &mut passed_on(bad);
            cifar::python::parse(path(), &mut &bytes[..], &CIFAR100, bad).map(drop)
        },
        seeds: || vec![smallest::pickle(&["coarse_labels", "fine_labels"])],
    },
    Reader {
        name: "cifar10-archive",
        read: |bytes, bad| {
            let directory = directory("cifar10", &["archive"], &archive(bytes));
            check(cifar::check_cifar10, &directory.join("archive"), bad)
        },
        seeds: smallest::batches,
    },
    Reader {
        name: "mnist-images",
        read: |bytes, bad| {
            let directory = directory("images", &["train-images-idx3-ubyte"], bytes);
            check(mnist::check, &directory, bad)
        },
        seeds: || vec![smallest::idx(&[1, 28, 28])],
    },
    Reader {
        name: "mnist-labels",
        read: |bytes, bad| {
            let directory = directory("labels", &["train-labels-idx1-ubyte"], bytes);
            check(mnist::check, &directory, bad)
        },
        seeds: || vec![smallest::idx(&[2])],
    },
    Reader {
        name: "mnist-gzip",
        read: |bytes, bad| {
            let directory = directory("gzip", &["train-labels-idx1-ubyte.gz"], bytes);
            check(mnist::check, &directory, bad)
        },
        seeds: || vec![gzipped(&smallest::idx(&[2]))],
    },
    Reader {
        name: "darcyflow",
        read: |bytes, bad| {
            let directory = directory("darcyflow", &["_smooth1.mat", "_smooth2.mat"], bytes);
            check(darcyflow::check, &directory, bad)?;
            let source = Source {
                origin: Origin::Real(directory),
                ..Source::default()
            };
            open("darcyflow", &source).map(drop)
        },
        seeds: smallest::fields,
    },
    Reader {
        name: "marker",
        read: |bytes, _| {
            Marker::find(&directory("marker", &[marker::FILE], bytes), "cosmic").map(drop)
        },
        seeds: smallest::markers,
    },
];

fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| PathBuf::from(format!("{NAME}file")))
}

/// A directory that holds `bytes` under these names and nothing else.
fn directory(name: &str, files: &[&str], bytes: &[u8]) -> PathBuf {
    static PARENT: OnceLock<TempDir> = OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        let parent = tempfile::Builder::new().prefix(NAME).tempdir();
        parent.expect("a place for files")
    });
    let directory = parent.path().join(name);
    fs::create_dir_all(&directory).expect("a place for files");
    for file in files {
        fs::write(directory.join(file), bytes).expect("a place for files");
    }
    directory
}

fn check(check: Check, data: &Path, bad: &mut dyn FnMut(Error)) -> Result<()> {
    check(data, bad).map(drop)
}

fn passed_on(bad: &mut dyn FnMut(Error)) -> impl FnMut(Error) -> Result<()> {
    |error| {
        bad(error);
        Ok(())
    }
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    let zipped = gzip.write_all(bytes).and_then(|()| gzip.finish());
    zipped.unwrap_or_else(|error: io::Error| panic!("a vector takes all bytes: {error}"))
}

/// A gzipped archive. Its headers are given the check sums that no mutation would find.
fn archive(tar: &[u8]) -> Vec<u8> {
    let mut tar = tar.to_vec();
    for header in tar.as_chunks_mut::<512>().0 {
        if header[257..262] == *b"ustar" {
            header[148..156].fill(b' ');
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
    }
    gzipped(&tar)
}

/// An array's header, with the elements that follow it over and over until they fill two planes of
/// singles: a file of half a megabyte of few bytes.
fn frame(bytes: &[u8]) -> Vec<u8> {
    let (header, elements) = bytes.split_at(bytes.len().min(128));
    let elements = elements.iter().cycle().take(2 * SIDE * SIDE * 4);
    header.iter().chain(elements).copied().collect()
}
