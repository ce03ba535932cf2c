//! Tables 1 to 3: the printed performance.

/// A row of Table 1, 2 or 3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerformanceRow {
    pub model: &'static str,
    /// One for each task of the table. `None` is random guessing in Table 1 and an empty cell in
    /// Table 3.
    pub scores: &'static [Option<f64>],
    /// The printed average, in Table 1 only.
    pub average: Option<f64>,
    /// The printed relative complexity for each task; empty where none is printed.
    pub complexity: &'static [f64],
}

const fn row(
    model: &'static str,
    scores: &'static [Option<f64>],
    average: Option<f64>,
    complexity: &'static [f64],
) -> PerformanceRow {
    PerformanceRow {
        model,
        scores,
        average,
        complexity,
    }
}

/// Table 1, 2 or 3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerformanceTable {
    pub number: usize,
    /// Tasks, written as in Tables 4 and 5 of [`crate::run::presets`].
    pub tasks: &'static [&'static str],
    /// Whether a larger score is a better one.
    pub higher_is_better: bool,
    pub rows: &'static [PerformanceRow],
}

/// Base network, global kernels.
pub const BASE: &str = "CCNN_4,140 (Global Kernels)";
/// Kernel sizes learned.
pub const K: &str = "DNArch_K(CCNN_4,140)";
/// Kernel sizes and downsampling learned.
pub const KR: &str = "DNArch_K,R(CCNN_4,140)";
/// Everything learned.
pub const KRWD: &str = "DNArch_K,R,W,D(CCNN_4,140)";
/// The larger base network, global kernels.
pub const BASE_LARGE: &str = "CCNN_6,380 (Global Kernels)";
/// Everything learned on the larger base network.
pub const KRWD_LARGE: &str = "DNArch_K,R,W,D(CCNN_6,380)";
/// The base network as published before.
pub const BASE_2022: &str = "CCNN_4,140 (Romero et al., 2022)";

impl PerformanceTable {
    /// The row of `model`.
    pub fn row(&self, model: &str) -> Option<&'static PerformanceRow> {
        self.rows.iter().find(|row| row.model == model)
    }

    /// The score of `model` in `task`, where one is printed.
    pub fn score(&self, model: &str, task: &str) -> Option<f64> {
        let column = self.tasks.iter().position(|name| *name == task)?;
        self.row(model)?.scores[column]
    }

    /// The relative complexity of `model` in `task`, where one is printed.
    pub fn complexity(&self, model: &str, task: &str) -> Option<f64> {
        let column = self.tasks.iter().position(|name| *name == task)?;
        self.row(model)?.complexity.get(column).copied()
    }
}

/// Tables 1 to 3.
pub const PERFORMANCE: &[PerformanceTable] = &[
    PerformanceTable {
        number: 1,
        tasks: &[
            "listops",
            "text",
            "retrieval",
            "image",
            "pathfinder",
            "path-x",
        ],
        higher_is_better: true,
        rows: TABLE_1,
    },
    PerformanceTable {
        number: 2,
        tasks: &["darcyflow", "cosmic"],
        higher_is_better: false,
        rows: TABLE_2,
    },
    PerformanceTable {
        number: 3,
        tasks: &["cifar10", "cifar100"],
        higher_is_better: true,
        rows: TABLE_3,
    },
];

// Of the typography only the digits are kept: which scores are bold or underlined is not.
#[rustfmt::skip]
const TABLE_1: &[PerformanceRow] = &[
    row("Transformer (Vaswani et al., 2017)", &[Some(36.37), Some(64.27), Some(57.46), Some(42.44), Some(71.4), None], Some(53.66), &[]),
    row("Reformer (Kitaev et al., 2020)", &[Some(37.27), Some(56.1), Some(53.4), Some(38.07), Some(68.5), None], Some(50.56), &[]),
    row("Performer (Choromanski et al., 2020)", &[Some(18.01), Some(65.4), Some(53.82), Some(42.77), Some(77.05), None], Some(51.18), &[]),
    row("BigBird (Zaheer et al., 2020)", &[Some(36.05), Some(64.02), Some(59.29), Some(40.83), Some(74.87), None], Some(54.17), &[]),
    row("Mega (O(L^2)) (Ma et al., 2022)", &[Some(63.14), Some(90.43), Some(91.25), Some(90.44), Some(96.01), Some(97.98)], Some(88.21), &[]),
    row("Mega-chunk (O(L)) (Ma et al., 2022)", &[Some(58.76), Some(90.19), Some(90.97), Some(85.8), Some(94.41), Some(93.81)], Some(85.66), &[]),
    row("S4D (Gu et al., 2022)", &[Some(60.47), Some(86.18), Some(89.46), Some(88.19), Some(93.06), Some(91.95)], Some(84.89), &[]),
    row("S4 (Gu et al., 2021)", &[Some(59.6), Some(86.82), Some(90.9), Some(88.65), Some(94.2), Some(96.35)], Some(86.09), &[]),
    row("S5 (Smith et al., 2022)", &[Some(61.5), Some(89.31), Some(91.4), Some(88.0), Some(95.33), Some(98.58)], Some(87.35), &[]),
    row("FNet (Lee-Thorp et al., 2021)", &[Some(35.33), Some(65.11), Some(59.61), Some(38.67), Some(77.8), None], Some(54.42), &[]),
    row("Luna-256 (Ma et al., 2021)", &[Some(37.25), Some(64.57), Some(79.29), Some(47.38), Some(77.72), None], Some(59.37), &[]),
    row("CCNN_4,140 (Romero et al., 2022)", &[Some(44.85), Some(83.59), None, Some(87.62), Some(91.36), None], Some(76.86), &[]),
    row("CCNN_4,140 (Global Kernels)", &[Some(55.65), Some(87.8), Some(90.55), Some(85.51), Some(94.26), Some(91.15)], Some(84.15), &[]),
    row("DNArch_K(CCNN_4,140)", &[Some(59.9), Some(88.28), Some(90.66), Some(86.07), Some(93.46), Some(89.93)], Some(84.72), &[]),
    row("DNArch_K,R(CCNN_4,140)", &[Some(60.15), Some(88.5), Some(91.08), Some(86.55), Some(94.05), Some(91.15)], Some(85.25), &[0.8, 0.75, 0.78, 0.82, 0.89, 0.82]),
    row("DNArch_K,R,W,D(CCNN_4,140)", &[Some(60.55), Some(89.03), Some(91.22), Some(87.2), Some(94.95), Some(91.71)], Some(85.78), &[1.01, 1.0, 1.02, 1.02, 1.0, 1.01]),
];

#[rustfmt::skip]
const TABLE_2: &[PerformanceRow] = &[
    row("Expert (FNO / deepCR)", &[Some(0.008), Some(0.13)], None, &[]),
    row("WRN", &[Some(0.073), Some(0.24)], None, &[]),
    row("DenseNAS", &[Some(0.1), Some(0.38)], None, &[]),
    row("DARTS", &[Some(0.026), Some(0.229)], None, &[]),
    row("Auto-DL", &[Some(0.049), Some(0.495)], None, &[]),
    row("DASH", &[Some(0.06), Some(0.19)], None, &[]),
    row("CCNN_4,140 (Global Kernels)", &[Some(0.002989), Some(0.059)], None, &[]),
    row("DNArch_K(CCNN_4,140)", &[Some(0.00297), Some(0.058)], None, &[]),
    row("DNArch_K,R(CCNN_4,140)", &[Some(0.002929), Some(0.056)], None, &[0.79, 0.82]),
    row("DNArch_K,R,W,D(CCNN_4,140)", &[Some(0.002285), Some(0.055)], None, &[1.01, 1.01]),
    row("CCNN_6,380 (Global Kernels)", &[Some(0.004521), Some(0.059)], None, &[]),
    row("DNArch_K,R,W,D(CCNN_6,380)", &[Some(0.001763), Some(0.048)], None, &[1.0, 1.0]),
];

#[rustfmt::skip]
const TABLE_3: &[PerformanceRow] = &[
    row("WRN", &[None, Some(76.65)], None, &[]),
    row("DenseNAS", &[None, Some(74.51)], None, &[]),
    row("DARTS", &[None, Some(75.98)], None, &[]),
    row("DASH", &[None, Some(75.63)], None, &[]),
    row("CCNN_4,140 (Global Kernels)", &[Some(90.52), Some(64.72)], None, &[]),
    row("DNArch_K(CCNN_4,140)", &[Some(92.51), Some(69.01)], None, &[]),
    row("DNArch_K,R(CCNN_4,140)", &[Some(92.77), Some(68.96)], None, &[0.82, 0.85]),
    row("DNArch_K,R,W,D(CCNN_4,140)", &[Some(93.47), Some(72.98)], None, &[1.01, 1.05]),
    row("CCNN_6,380 (Global Kernels)", &[Some(94.18), Some(72.29)], None, &[]),
    row("DNArch_K,R,W,D(CCNN_6,380)", &[Some(95.03), Some(76.37)], None, &[1.0, 1.02]),
];
