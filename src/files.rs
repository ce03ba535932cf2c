//! Files: written whole or not at all, read within a bound.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};

use crate::{Error, Result};

/// The bytes of the file at `path`, which may be at most `largest`.
///
/// # Errors
/// [`Error::Io`] if it cannot be read, [`Error::Data`] if it is longer.
pub fn read_at_most(path: &Path, largest: u64) -> Result<Vec<u8>> {
    let too_long = |found| {
        let expected = format!("at most {largest}");
        Err(Error::data(
            path,
            "length",
            format!("{found} bytes"),
            expected,
        ))
    };
    let failed = |error| Error::io(path, "read", error);
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > largest {
        return too_long(length.to_string());
    }
    // What has no length, such as a pipe, or grows is found out while it is read.
    let mut bytes = Vec::new();
    let read = file.take(largest + 1).read_to_end(&mut bytes);
    read.map_err(failed)?;
    if bytes.len() as u64 > largest {
        return too_long(format!("more than {largest}"));
    }
    Ok(bytes)
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes `bytes` to `path` so that at every moment, also of a crash, the file there is the old one
/// or the new one, whole.
///
/// # Errors
/// [`Error::Io`] if the place cannot be written; the old file is then still there.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    staged(path, bytes)?
        .persist(path)
        .map_err(|error| Error::io(path, "write", error.error))?;
    sync_directory(path)
}

/// A temporary file beside `path` that holds `bytes`, on disk.
pub(crate) fn staged(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let mut builder = Builder::new();
    // A temporary file is its owner's alone, a run's files are like any other.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut stage = || -> io::Result<NamedTempFile> {
        let mut file = builder.prefix(".dnarch-").tempfile_in(parent(path))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    stage().map_err(|error| Error::io(path, "write", error))
}

/// Lets `fill` write into a directory beside `path` and then gives it that name: whatever happens,
/// `path` is what it was or whole.
///
/// # Errors
/// [`Error::Configuration`] if something other than an empty directory is there, [`Error::Io`] if
/// the place cannot be written, and those of `fill`.
pub fn create_directory(path: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let failed = |error| Error::io(path, "create", error);
    match fs::read_dir(path).map(|mut entries| entries.next().is_none()) {
        Ok(true) => fs::remove_dir(path).map_err(failed)?,
        Ok(false) => {
            let message = "is not empty, and nothing in it is replaced";
            return Err(Error::configuration(path, message));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    fs::create_dir_all(parent(path)).map_err(failed)?;
    let mut builder = Builder::new();
    // A temporary directory is its owner's alone, this one is to be like any other.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
    let directory = builder
        .prefix(".dnarch-")
        .tempdir_in(parent(path))
        .map_err(failed)?;
    fill(directory.path())?;
    fs::rename(directory.path(), path).map_err(failed)?;
    // It has moved: there is nothing left to remove.
    let _ = directory.keep();
    sync_directory(path)
}

/// Makes the renaming of `path` itself last.
pub(crate) fn sync_directory(path: &Path) -> Result<()> {
    // Other systems do not open directories.
    if cfg!(unix) {
        File::open(parent(path))
            .and_then(|directory| directory.sync_all())
            .map_err(|error| Error::io(path, "write", error))?;
    }
    Ok(())
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read_at_most(&path, 5).unwrap(), b"12345");
        let message = read_at_most(&path, 4).unwrap_err().to_string();
        assert!(message.ends_with("length: found 5 bytes, expected at most 4"));
    }

    #[test]
    fn a_write_replaces_the_whole_file() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        write_atomically(&path, b"a longer text").unwrap();
        write_atomically(&path, b"short").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"short");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_written_file_has_usual_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let (usual, ours) = (parent.path().join("usual"), parent.path().join("ours"));
        fs::write(&usual, "").unwrap();
        write_atomically(&ours, b"").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(ours), mode(usual));
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let parent = tempfile::tempdir().unwrap();
        // The target is a directory that is not empty: everything but the renaming succeeds.
        let path = parent.path().join("target");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("old"), "old").unwrap();
        write_atomically(&path, b"new").unwrap_err();
        assert_eq!(fs::read(path.join("old")).unwrap(), b"old");
        assert_eq!(
            fs::read_dir(parent.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }

    #[test]
    fn a_directory_appears_whole_and_replaces_only_an_empty_one() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("new").join("directory");
        let fill = |directory: &Path| write_atomically(&directory.join("file"), b"content");
        let fail = |directory: &Path| {
            fill(directory)?;
            Err(Error::argument("fill", "half", "all"))
        };
        create_directory(&path, fail).unwrap_err();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        fs::create_dir(&path).unwrap();
        create_directory(&path, fill).unwrap();
        assert_eq!(fs::read(path.join("file")).unwrap(), b"content");
        let message = create_directory(&path, fill).unwrap_err().to_string();
        assert!(message.contains("is not empty"), "{message}");
        create_directory(&path.join("file"), fill).unwrap_err();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_created_directory_has_usual_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let (usual, ours) = (parent.path().join("usual"), parent.path().join("ours"));
        fs::create_dir(&usual).unwrap();
        create_directory(&ours, |_| Ok(())).unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(ours), mode(usual));
    }
}
