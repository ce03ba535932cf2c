//! The program on the fixtures themselves: listed, shown, generated and compared.

use std::fs;

use super::place::Place;
use super::program::run;

#[test]
fn listing_and_showing() {
    let place = Place::new();
    let said = run(&place, &["list"]);
    assert_eq!(said.status, Some(0));
    assert!(
        said.stdout
            .contains("toy             1      5        1  Doubling"),
        "{}",
        said.stdout
    );
    let said = run(&place, &["list", "--suite", "toy"]);
    assert!(
        said.stdout
            .contains("double.negative  f64 f32 f16 bf16  must be refused: x must")
    );
    let said = run(&place, &["show", "double.one"]);
    assert_eq!(said.status, Some(0));
    for line in [
        "  formula    y = 2 x",
        "  x [3]  [(n) above 0]\n    0.5, 1.0, 1.5",
        "  y [3]  [(n)]\n    1.0, 2.0, 3.0\n    may be off by 1.9e-6 in f32",
        "  MISTAKE_A\n    The first mistake.\n    Effect: The first effect.",
    ] {
        assert!(said.stdout.contains(line), "{line}: {}", said.stdout);
    }
    let said = run(&place, &["show", "double.negative"]);
    assert!(
        said.stdout.contains("must be refused: x must be above 0"),
        "{}",
        said.stdout
    );
}

#[test]
fn generating_and_comparing_with_what_is_there() {
    let place = Place::new();
    let said = run(&place, &["generate", "--out", "made"]);
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    assert!(said.stderr.contains("generated masks: "), "{}", said.stderr);
    let check = ["generate", "--check", "--out", "made"];
    let said = run(&place, &check);
    assert_eq!(
        (said.status, said.stdout.as_str()),
        (Some(0), "made is as generated\n")
    );
    let said = run(&place, &["self-check", "made"]);
    assert_eq!(said.status, Some(0), "{}", said.stdout);

    // A value, a word and a file.
    let tensors = place.path("made/masks.safetensors");
    let bytes = fs::read(&tensors).unwrap();
    let mut changed = bytes.clone();
    let last = changed.len() - 8;
    changed[last..].copy_from_slice(&0.125f64.to_le_bytes());
    fs::write(&tensors, &changed).unwrap();
    let said = run(&place, &check);
    assert_eq!(said.status, Some(1), "{}", said.stderr);
    assert!(
        said.stdout.contains("values differ, most at ["),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.contains("stored 1.25e-1, generated "),
        "{}",
        said.stdout
    );
    assert_eq!(fs::read(&tensors).unwrap(), changed, "nothing is written");
    fs::write(&tensors, &bytes).unwrap();

    let description = place.path("made/masks.json");
    let text = fs::read_to_string(&description).unwrap();
    fs::write(&description, text.replace("One point.", "A point.")).unwrap();
    let said = run(&place, &check);
    assert_eq!(said.status, Some(1));
    assert!(
        said.stdout.contains("axis.single: comment, flags"),
        "{}",
        said.stdout
    );
    fs::write(&description, text.replace('\n', "\r\n")).unwrap();
    let said = run(&place, &check);
    assert_eq!(said.status, Some(1));
    assert!(
        said.stdout
            .contains("masks: the same content in other bytes"),
        "{}",
        said.stdout
    );
    fs::remove_file(&description).unwrap();
    let said = run(&place, &check);
    assert_eq!(said.status, Some(1));
    assert!(
        said.stdout.contains("made/masks.json: not stored"),
        "{}",
        said.stdout
    );
    fs::write(&description, &text).unwrap();

    fs::remove_file(place.path("made/manifest.json")).unwrap();
    let said = run(&place, &check);
    assert_eq!(
        (
            said.status,
            said.stdout.starts_with("manifest.json: not stored")
        ),
        (Some(1), true)
    );
}
