//! What the running text prints as numbers or names that claims compare with the tables.

/// What a dense task is scored by, in the table of its results and in its description.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    pub task: &'static str,
    /// As the heading of Table 2 names it.
    pub in_table: &'static str,
    /// As Appendix D.3 names it.
    pub in_text: &'static str,
}

/// The measures that are named twice.
pub const MEASURES: &[Measure] = &[
    Measure {
        task: "darcyflow",
        in_table: "relative l2 loss",
        in_text: "mean squared error",
    },
    Measure {
        task: "cosmic",
        in_table: "1 - AUROC",
        in_text: "false-negative rate",
    },
];

/// Printed numbers of which one is made of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relation {
    pub item: &'static str,
    pub place: &'static str,
    pub parts: &'static [usize],
    pub whole: usize,
}

const fn relation(
    item: &'static str,
    place: &'static str,
    parts: &'static [usize],
    whole: usize,
) -> Relation {
    Relation {
        item,
        place,
        parts,
        whole,
    }
}

/// The whole is the sum of the parts.
#[rustfmt::skip]
pub const SUMS: &[Relation] = &[
    relation("CIFAR10, training and test", "D.2", &[50_000, 10_000], 60_000),
    relation("CIFAR10, training and validation", "D.2", &[45_000, 5_000], 50_000),
    relation("Image, the images of CIFAR10", "D.1, D.2", &[45_000, 5_000, 10_000], 60_000),
];

/// The whole is the product of the parts.
#[rustfmt::skip]
pub const PRODUCTS: &[Relation] = &[
    relation("Image, positions", "D.1", &[32, 32], 1024),
    relation("Path-X, positions", "D.1", &[128, 128], 16_384),
    relation("Path-X, sixteen times Pathfinder's positions", "D.1", &[1024, 16], 16_384),
    relation("maximum width of CCNN_4,140, double", "E.1, F", &[140, 2], 280),
    relation("blocks in the deepest network of Table 6, double", "E.1, F", &[4, 2], 8),
    relation("blocks in the deepest network of Table 8, double", "E.1, F", &[6, 2], 12),
];

/// The numbers of parameters that the paper prints of the models beside which found architectures
/// have "a remarkably lower number of trainable parameters" (Section 4), S4 and FNO: none.
pub const COMPARED_PARAMETERS: &[(&str, usize)] = &[];

/// The tasks that "converge to a low prediction values relative to perfection" (Appendix E.2.1).
pub const LOW_ACCURACY: &[&str] = &["listops", "cifar100"];
