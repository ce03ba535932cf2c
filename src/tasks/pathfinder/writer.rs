//! Generated images in Long Range Arena's files.

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use tempfile::Builder;

use super::Edition;
use super::files::{LISTS, MOST_IMAGES};
use super::generator::Sample;
use super::task::{marker, total};
use crate::{Error, Result};

/// Images in one folder, as in the release.
const FOLDER: usize = 1000;

/// Writes so many images of `edition` that `samples` of them are training samples. Everything is
/// written beside `out` and then renamed.
///
/// # Errors
/// [`Error::Argument`] for a directory with something in it or a number of samples out of range,
/// [`Error::Io`] if `out` cannot be written.
pub fn generate(edition: &Edition, out: &Path, samples: usize, seed: u64) -> Result<()> {
    if samples == 0 || samples > MOST_IMAGES / 2 {
        let expected = format!("1 to {}", MOST_IMAGES / 2);
        return Err(Error::argument("samples", samples, expected));
    }
    let failed = |source| Error::io(out, "create", source);
    if out.exists() && fs::read_dir(out).map_err(failed)?.next().is_some() {
        let expected = "a new or an empty directory";
        return Err(Error::argument("directory", out.display(), expected));
    }
    // With a last component, which `.` lacks, and a parent to write beside.
    let out = &std::path::absolute(out).map_err(failed)?;
    let parent = out.parent().unwrap_or(out);
    fs::create_dir_all(parent).map_err(failed)?;
    let mut builder = Builder::new();
    // A temporary directory is its owner's alone, data are for anyone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let staged = builder
        .prefix(".dnarch-")
        .tempdir_in(parent)
        .map_err(failed)?;
    write(edition, staged.path(), total(samples), seed)?;
    if out.exists() {
        fs::remove_dir(out).map_err(failed)?;
    }
    fs::rename(staged.path(), out).map_err(failed)?;
    // The directory has moved: nothing is left to delete.
    let _ = staged.keep();
    crate::files::sync_directory(out)
}

fn write(edition: &Edition, root: &Path, images: usize, seed: u64) -> Result<()> {
    let generator = edition.generator()?;
    let directory = root.join(edition.folder).join(edition.level());
    let create =
        |path: &Path| fs::create_dir_all(path).map_err(|source| Error::io(path, "create", source));
    marker(edition, images, seed).start(&directory)?;
    create(&directory.join(LISTS))?;
    for (folder, first) in (0..images).step_by(FOLDER).enumerate() {
        let subdirectory = format!("imgs/{folder}");
        create(&directory.join(&subdirectory))?;
        let lines: Vec<String> = (first..images.min(first + FOLDER))
            .into_par_iter()
            .map(|index| {
                let number = index - first;
                let sample = edition.sample(&generator, seed, index)?;
                let file = format!("sample_{number}.png");
                let path = directory.join(&subdirectory).join(&file);
                write_file(&path, &encode(&sample, edition.side))?;
                Ok(line(edition, &subdirectory, &file, number, &sample))
            })
            .collect::<Result<_>>()?;
        let list = directory.join(LISTS).join(format!("{folder}.npy"));
        write_file(&list, lines.concat().as_bytes())?;
    }
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|source| Error::io(path, "write", source))
}

/// Folder, file, number, label, continuity, contour length, distractor length, paddle length,
/// paddle thickness, margin, number of contrasts.
fn line(edition: &Edition, folder: &str, file: &str, number: usize, sample: &Sample) -> String {
    let parameters = (edition.parameters)();
    format!(
        "{folder} {file} {number} {} {:?} {} {} {} {:?} {} 1\n",
        u8::from(sample.connected),
        parameters.continuity,
        parameters.contour_length,
        parameters.distractor_length,
        parameters.paddle_length,
        parameters.paddle_thickness,
        sample.margin
    )
}

/// A PNG image in 8-bit grey.
fn encode(sample: &Sample, side: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&sample.pixels))
        .expect("a vector takes every image of the declared size");
    bytes
}
