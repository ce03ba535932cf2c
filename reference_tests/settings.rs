//! Settings: which source wins, what is refused and in which words, presets against the paper's
//! printed tables, and the round trip through TOML.

use std::path::{Path, PathBuf};

use clap::Parser;
use dnarch::cli::search::{SearchArguments, settings};
use dnarch::network::{Base, KernelInitial, Variant};
use dnarch::run::keys::KEYS;
use dnarch::run::presets;
use dnarch::run::settings::{Settings, Sources};
use proptest::prelude::*;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    search: SearchArguments,
}

fn from(arguments: &[&str]) -> dnarch::Result<Settings> {
    let arguments = ["search"].iter().chain(arguments);
    settings(&Program::try_parse_from(arguments).unwrap().search)
}

fn refusal(arguments: &[&str]) -> String {
    from(arguments).unwrap_err().to_string()
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("search.toml");
    std::fs::write(&path, text).unwrap();
    (directory, path)
}

fn file_refusal(text: &str) -> String {
    let (_directory, path) = file(text);
    let message = refusal(&["--config", path.to_str().unwrap()]);
    let (name, rest) = message.split_once(".toml: ").unwrap();
    assert!(name.ends_with("search"));
    rest.to_string()
}

#[test]
fn without_arguments_it_is_darcyflow_on_a_laptop() {
    let settings = from(&[]).unwrap();
    assert_eq!(settings.task, "darcyflow");
    assert_eq!(
        settings.base,
        Base {
            blocks: 4,
            width: 16
        }
    );
    assert_eq!(settings.grid, 0);
    assert_eq!(settings.kernel_initial, KernelInitial::Global);
    assert_eq!(settings.threshold, 0.1);
    assert_eq!(settings.data, None);
}

#[test]
fn each_source_overrides_those_before_it() {
    let (_directory, path) = file("lr = 0.3\nbatch = 3\nepochs = 30\nvariant = 'branch'");
    let path = path.to_str().unwrap();
    // Every source sets lr; each later one leaves one key to those before it.
    let preset = ["--preset", "table4/listops"];
    assert_eq!(from(&[]).unwrap().lr, 0.02);
    assert_eq!(from(&preset).unwrap().lr, 0.005);
    let config = [&preset[..], &["--config", path]].concat();
    assert_eq!(from(&config).unwrap().lr, 0.3);
    let set = [&config[..], &["--set", "lr=0.4", "--set", "batch=4"]].concat();
    assert_eq!(from(&set).unwrap().lr, 0.4);
    let flags = [&set[..], &["--lr", "0.5"]].concat();
    let all = from(&flags).unwrap();
    assert_eq!(
        (all.lr, all.batch, all.epochs, all.lambda, all.grid),
        (0.5, 4, 30, 5.0, 0)
    );
    assert_eq!(all.variant, Variant::Branch);
    assert_eq!(all.base.to_string(), "ccnn-4-140");
    // Of two --set of one key the last wins.
    assert_eq!(from(&["--set", "lr=1", "--set", "lr=2"]).unwrap().lr, 2.0);
}

#[test]
fn a_task_brings_its_laptop_preset_wherever_it_is_named() {
    let (_directory, path) = file("task = 'cifar10'");
    let by_argument = from(&["cifar10"]).unwrap();
    assert_eq!(by_argument.tau_resolution, 25.0);
    assert_eq!(from(&["--set", "task=cifar10"]).unwrap(), by_argument);
    assert_eq!(
        from(&["--config", path.to_str().unwrap()]).unwrap(),
        by_argument
    );
    // A task without one starts from the defaults.
    assert_eq!(from(&["listops"]).unwrap().tau_resolution, 50.0);
}

#[test]
fn resume_reads_the_settings_of_the_run() {
    let run = tempfile::tempdir().unwrap();
    let first = from(&["mnist", "--seed", "7", "--epochs", "40"]).unwrap();
    std::fs::write(run.path().join("settings.toml"), first.to_toml().unwrap()).unwrap();
    let path = run.path().to_str().unwrap();
    assert_eq!(from(&["--resume", path]).unwrap(), first);
    assert_eq!(
        from(&["--resume", path, "--epochs", "50"]).unwrap().epochs,
        50
    );
}

#[test]
fn zero_is_a_seed_and_so_is_the_largest() {
    assert_eq!(from(&["--seed", "0"]).unwrap().seed, 0);
    let largest = from(&["--seed", "9223372036854775807"]).unwrap();
    assert_eq!(largest.seed, 9223372036854775807);
    largest.to_toml().unwrap();
}

#[test]
fn components_are_any_subset_in_any_order() {
    let components = |text| {
        from(&["--components", text])
            .unwrap()
            .components
            .to_string()
    };
    assert_eq!(components("d,k"), "k,d");
    assert_eq!(components("w, r"), "r,w");
    assert_eq!(components("d,w,r,k"), "k,r,w,d");
    assert_eq!(components("none"), "none");
}

#[test]
fn every_impossible_setting_is_refused_with_what_is_allowed() {
    let bases =
        "ccnn-B-N with B blocks from 1 to 1000 and N channels from 1 to 10000, such as ccnn-4-140";
    let letters = "k, r, w, d separated by commas, each at most once, or none";
    for (arguments, message) in [
        (
            ["--lambda", "-1"],
            "--lambda: got -1.0, expected a number of at least 0",
        ),
        (
            ["--lambda", "nan"],
            "--lambda: got nan, expected a number of at least 0",
        ),
        (
            ["--lambda", "much"],
            "--lambda: got `much`, expected a number of at least 0",
        ),
        (
            ["--target-ratio", "0"],
            "--target-ratio: got 0.0, expected a number above 0",
        ),
        (
            ["--target-ratio", "inf"],
            "--target-ratio: got inf, expected a number above 0",
        ),
        (
            ["--epochs", "0"],
            "--epochs: got 0, expected a whole number from 1 to 1000000000",
        ),
        (
            ["--epochs", "1.5"],
            "--epochs: got `1.5`, expected a whole number from 1 to 1000000000",
        ),
        (
            ["--batch", "-3"],
            "--batch: got -3, expected a whole number from 1 to 1000000",
        ),
        (["--lr", "0"], "--lr: got 0.0, expected a number above 0"),
        (
            ["--seed", "-1"],
            "--seed: got -1, expected a whole number from 0 to 9223372036854775807",
        ),
        (
            ["--threads", "5000"],
            "--threads: got 5000, expected a whole number from 0 to 4096",
        ),
        (["--out", ""], "--out: got ``, expected a path"),
        (
            ["--variant", "wide"],
            "--variant: got `wide`, expected one of gated, stream, branch",
        ),
        (
            ["--base", "ccnn-0-16"],
            &format!("--base: got `ccnn-0-16`, expected {bases}"),
        ),
        (
            ["--base", "ccnn-4"],
            &format!("--base: got `ccnn-4`, expected {bases}"),
        ),
        (
            ["--base", "ccnn-+4-1"],
            &format!("--base: got `ccnn-+4-1`, expected {bases}"),
        ),
        (
            ["--components", "k,k"],
            &format!("--components: got `k,k`, expected {letters}"),
        ),
        (
            ["--components", ""],
            &format!("--components: got ``, expected {letters}"),
        ),
        (
            ["--set", "dropout=1"],
            "--set dropout: got 1.0, expected a number in [0, 1)",
        ),
        (
            ["--set", "weight_decay=-0.1"],
            "--set weight_decay: got -0.1, expected a number of at least 0",
        ),
        (
            ["--set", "omega_0=0"],
            "--set omega_0: got 0.0, expected a number above 0",
        ),
        (
            ["--set", "tau_depth=0.5"],
            "--set tau_depth: got 0.5, expected a number of at least 1",
        ),
        (
            ["--set", "threshold=0"],
            "--set threshold: got 0.0, expected a number in (0, 0.85]",
        ),
        (
            ["--set", "threshold=0.9"],
            "--set threshold: got 0.9, expected a number in (0, 0.85]",
        ),
        (
            ["--set", "gelu=fast"],
            "--set gelu: got `fast`, expected one of exact, tanh",
        ),
        (
            ["--set", "kernel_initial=0.1"],
            "--set kernel_initial: got `0.1`, expected one of small, global",
        ),
        (
            ["--set", "final_norm=yes"],
            "--set final_norm: got `yes`, expected true or false",
        ),
        (
            ["--set", "samples=-1"],
            "--set samples: got -1, expected a whole number from 0 to 1000000000",
        ),
        (["--set", "grid"], "--set: got `grid`, expected KEY=VALUE"),
        (
            ["--set", "warmup_epochs=61"],
            "warmup_epochs: got 61, expected at most epochs, which is 60",
        ),
    ] {
        assert_eq!(refusal(&arguments), message, "{arguments:?}");
    }
    assert!(refusal(&["chess"]).starts_with("--task: got `chess`, expected one of listops, text,"));
    assert!(refusal(&["--preset", "table4/list"]).ends_with("; the nearest is table4/listops"));
}

#[test]
fn unknown_keys_name_the_nearest() {
    assert_eq!(
        refusal(&["--set", "lamda=1"]),
        "--set: key: got `lamda`, expected a known key, the nearest is lambda"
    );
    assert_eq!(
        file_refusal("seed = 1\n\ntau_chanel = 25\n"),
        "line 3: key: got `tau_chanel`, expected a known key, the nearest is tau_channel"
    );
}

#[test]
fn a_file_is_refused_with_its_line() {
    for (text, message) in [
        (
            "# first\nlr = -1",
            "line 2: lr: got -1.0, expected a number above 0",
        ),
        (
            "lr = '0.1'",
            "line 1: lr: got `0.1`, expected a number above 0",
        ),
        (
            "epochs = 2.0",
            "line 1: epochs: got 2.0, expected a whole number from 1 to 1000000000",
        ),
        (
            "\nlr = [1]",
            "line 2: lr: got an array, expected a number above 0",
        ),
        ("seed = 1\nlr = 1\nseed = 2", "line 3: duplicate key"),
        (
            "seed = 9223372036854775808",
            "line 1: u64 value was too large",
        ),
        (
            "[search]\nlr = 1",
            "line 1: key: got `search`, expected a known key, the nearest is batch",
        ),
    ] {
        assert_eq!(file_refusal(text), message, "{text}");
    }
    assert!(file_refusal("seed = 1\nlr 3").starts_with("line 2: "));
    let missing = refusal(&["--config", "no/such/file.toml"]);
    assert!(
        missing.starts_with("no/such/file.toml: cannot read: "),
        "{missing}"
    );
    let long = "#".repeat((1 << 20) + 1);
    assert_eq!(
        file_refusal(&long),
        "longer than 1 MiB, too long for settings"
    );
}

#[test]
fn presets_are_the_papers_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/paper/tables");
    let mut seen = 0;
    for (table, name, base) in [
        ("table4", "table4_hparams_4_140.json", "ccnn-4-140"),
        ("table5", "table5_hparams_6_380.json", "ccnn-6-380"),
    ] {
        let path = root.join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: {} is not there", path.display());
            return;
        };
        let printed: serde_json::Value = serde_json::from_str(&text).unwrap();
        for row in printed["rows"].as_array().unwrap() {
            let task = row["dataset"].as_str().unwrap().to_lowercase();
            let settings = from(&["--preset", &format!("{table}/{task}")]).unwrap();
            assert_eq!(settings.task, task);
            assert_eq!(settings.base.to_string(), base);
            let number = |column: &str| row[column].as_f64().unwrap();
            for (column, ours) in [
                ("epochs", settings.epochs as f64),
                ("batch_size", settings.batch as f64),
                ("learning_rate", settings.lr),
                ("dropout", settings.dropout),
                ("weight_decay", settings.weight_decay),
                ("omega_0", settings.omega_0),
                ("lambda", settings.lambda),
                ("tau_resolution", settings.tau_resolution),
                ("tau_channel", settings.tau_channel),
                ("tau_depth", settings.tau_depth),
            ] {
                assert_eq!(ours, number(column), "{table}/{task} {column}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, presets::PAPER.len());
}

#[test]
fn every_preset_and_default_is_allowed() {
    for name in presets::names() {
        from(&["--preset", name]).unwrap();
    }
    for key in KEYS.iter().filter(|key| !key.default.is_empty()) {
        key.check(key.name, key.read(key.default)).unwrap();
    }
}

#[test]
fn the_table_of_keys_is_the_struct() {
    let settings = from(&["--data", "here", "--out", "there"]).unwrap();
    let toml = settings.to_toml().unwrap();
    let written: Vec<&str> = toml
        .lines()
        .map(|line| line.split_once(" = ").unwrap().0)
        .collect();
    let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    assert_eq!(written, known);
}

#[test]
fn resolved_settings_come_back_from_toml() {
    for name in presets::names() {
        let settings = from(&["--preset", name, "--lambda", "0.1234567890123456789"]).unwrap();
        let toml = settings.to_toml().unwrap();
        let back = Settings::from_toml(&toml, Path::new("settings.toml")).unwrap();
        assert_eq!(back, settings);
        assert_eq!(back.to_toml().unwrap(), toml);
        let (_directory, path) = file(&toml);
        assert_eq!(
            from(&["--config", path.to_str().unwrap()]).unwrap(),
            settings
        );
    }
}

#[test]
fn resolved_settings_are_refused_when_incomplete() {
    let toml = from(&[]).unwrap().to_toml().unwrap();
    let without: String = toml
        .lines()
        .filter(|line| !line.starts_with("lambda"))
        .map(|line| format!("{line}\n"))
        .collect();
    let error = Settings::from_toml(&without, Path::new("settings.toml")).unwrap_err();
    assert_eq!(error.to_string(), "settings.toml: missing field `lambda`");
}

#[test]
fn the_digest_is_of_what_decides_the_result() {
    let mine = from(&["--seed", "1"]).unwrap();
    let elsewhere = [
        "--seed",
        "1",
        "--out",
        "there",
        "--data",
        "here",
        "--threads",
        "7",
        "--set",
        "checkpoint_every=3",
        "--components",
        "d,w,r,k",
    ];
    let same = from(&elsewhere).unwrap();
    assert_eq!(mine.digest().unwrap(), same.digest().unwrap());
    assert_eq!(mine.digest().unwrap().len(), 64);
    assert!(mine.differences(&same).unwrap().is_empty());

    let other = from(&["--seed", "2", "--base", "ccnn-4-140"]).unwrap();
    assert_ne!(mine.digest().unwrap(), other.digest().unwrap());
    let text = |row: [&str; 3]| (row[0].to_string(), row[1].to_string(), row[2].to_string());
    assert_eq!(
        mine.differences(&other).unwrap(),
        [
            text(["base", "\"ccnn-4-16\"", "\"ccnn-4-140\""]),
            text(["seed", "1", "2"])
        ]
    );
}

#[test]
fn the_help_names_defaults_and_the_papers_symbols() {
    use clap::CommandFactory;
    let help = Program::command().render_long_help().to_string();
    assert!(
        help.contains("[default: the preset's or 0.1; paper: λ, Eq. 2]"),
        "{help}"
    );
    for key in KEYS {
        assert!(help.contains(&format!("  {} ", key.name)), "{}", key.name);
    }
}

proptest! {
    #[test]
    fn any_set_is_settings_or_a_line(
        name in prop_oneof![(0..KEYS.len()).prop_map(|i| KEYS[i].name.to_string()), any::<String>()],
        value in prop_oneof![any::<f64>().prop_map(|x| x.to_string()), any::<i64>().prop_map(|n| n.to_string()), any::<String>()],
        equals in prop_oneof![Just("="), Just("")],
    ) {
        let sources = Sources { set: vec![format!("{name}{equals}{value}")], ..Sources::default() };
        match Settings::resolve(&sources) {
            Ok(settings) => settings.check().unwrap(),
            Err(error) => prop_assert_eq!(error.to_string().lines().count(), 1),
        }
    }

    #[test]
    fn any_toml_is_settings_or_a_line(
        key in prop_oneof![(0..KEYS.len()).prop_map(|i| KEYS[i].name.to_string()), any::<String>()],
        middle in prop_oneof![Just(" = "), Just("="), Just("")],
        value in prop_oneof![any::<f64>().prop_map(|x| format!("{x:?}")), "[-+0-9a-z_.:'\"\\[\\]{}=, \n]{0,30}", any::<String>()],
    ) {
        let text = format!("{key}{middle}{value}");
        if let Err(error) = Settings::from_toml(&text, Path::new("any.toml")) {
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
        let (_directory, path) = file(&text);
        let sources = Sources { file: Some(path), ..Sources::default() };
        if let Ok(settings) = Settings::resolve(&sources) {
            settings.check().unwrap();
        }
    }
}
