//! Losses and complexity.

use super::*;
use ndarray::Array3;

#[test]
fn cross_entropies() {
    let logits = array![[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]];
    close(
        loss::cross_entropy(&logits, &[2, 2]).unwrap(),
        0.4076059644443803,
    );
    close(
        loss::cross_entropy(&logits, &[2, 0]).unwrap(),
        1.4076059644443804,
    );
    close(
        loss::cross_entropy(&array![[5.0, 5.0]], &[1]).unwrap(),
        std::f64::consts::LN_2,
    );
    // Saturated: the loss grows with the margin, and the gradient is bounded.
    let logits = array![[1e4, 0.0]];
    assert_eq!(loss::cross_entropy(&logits, &[1]).unwrap(), 1e4);
    assert_eq!(loss::cross_entropy(&logits, &[0]).unwrap(), 0.0);
    assert_eq!(
        loss::cross_entropy_vjp(&logits, &[1], 1.0).unwrap(),
        array![[1.0, -1.0]]
    );
    refused(loss::cross_entropy(&logits, &[2]));
    refused(loss::cross_entropy(&logits, &[0, 1]));
    refused(loss::cross_entropy(&Array2::zeros((0, 2)), &[]));
    refused(loss::cross_entropy_vjp(&logits, &[2], 1.0));

    let bce = |z: f64, t: f64| loss::binary_cross_entropy(&arr1(&[z]), &arr1(&[t])).unwrap();
    close(bce(0.0, 1.0), std::f64::consts::LN_2);
    close(bce(2.0, 1.0), 0.1269280110429725);
    close(bce(-1.5, 0.25), 0.5764132779827524);
    close(bce(-40.0, 0.0), 4.248354255291589e-18);
    assert_eq!([bce(1e4, 0.0), bce(-1e4, 1.0)], [1e4, 1e4]);
    assert_eq!([bce(1e4, 1.0), bce(-1e4, 0.0)], [0.0, 0.0]);
    let (z, t) = (array![[[2.0, 0.0]]], array![[[1.0, 0.0]]]);
    let both = (0.1269280110429725 + std::f64::consts::LN_2) / 2.0;
    close(loss::binary_cross_entropy(&z, &t).unwrap(), both);
    let d = loss::binary_cross_entropy_vjp(&arr1(&[-1e4, 1e4]), &arr1(&[1.0, 0.0]), 2.0).unwrap();
    assert_eq!(d, arr1(&[-1.0, 1.0]));
    for bad in [-0.1, 1.1, f64::NAN] {
        refused(loss::binary_cross_entropy(&arr1(&[0.0]), &arr1(&[bad])));
    }
    refused(loss::binary_cross_entropy(
        &arr1(&[0.0]),
        &arr1(&[0.0, 1.0]),
    ));
    refused(loss::binary_cross_entropy(&arr1(&[]), &arr1(&[])));
}

#[test]
fn relative_l2_errors() {
    // ||(0, 5)|| / ||(3, 4)|| = 1 and ||(2, 0)|| / ||(0, 8)|| = 1/4: the mean is 5/8.
    let target = array![[[3.0], [4.0]], [[0.0], [8.0]]];
    let prediction = array![[[3.0], [9.0]], [[2.0], [8.0]]];
    assert_eq!(loss::relative_l2(&prediction, &target).unwrap(), 0.625);
    assert_eq!(loss::relative_l2(&target, &target).unwrap(), 0.0);
    let d = loss::relative_l2_vjp(&target, &target, 1.0).unwrap();
    assert_eq!(d, Array3::<f64>::zeros((2, 2, 1)));
    refused(loss::relative_l2(&prediction, &Array3::zeros((2, 2, 1))));
    refused(loss::relative_l2(&prediction, &array![[[1.0]]]));
    refused(loss::relative_l2(
        &Array3::zeros((0, 2, 1)),
        &Array3::zeros((0, 2, 1)),
    ));
}

#[test]
fn complexity_and_total_losses() {
    assert_eq!(loss::complexity_loss(3e10, 2e10).unwrap(), 0.25);
    assert_eq!(loss::complexity_loss(1e10, 2e10).unwrap(), 0.25);
    assert_eq!(loss::complexity_loss(2e10, 2e10).unwrap(), 0.0);
    assert_eq!(loss::complexity_loss_vjp(3e10, 2e10, 1.0).unwrap(), 5e-11);
    assert_eq!(loss::total_loss(2.0, 0.25, 5.0).unwrap(), 3.25);
    refused(loss::complexity_loss(1.0, 0.0));
    refused(loss::complexity_loss(f64::NAN, 1.0));
    refused(loss::total_loss(1.0, 1.0, -0.1));
    refused(loss::total_loss(1.0, 1.0, f64::NAN));
}

#[test]
fn block_costs() {
    let mut block = complexity::BlockSizes {
        resolution: vec![8.0],
        n_in: 3.0,
        n_mid: 5.0,
        n_out: 7.0,
    };
    // 8 ln 8 + 8 * (3 * 5 + 5 * 7 + 2 * 3 + 2 * 5 + 7).
    close(
        complexity::block_cost(&block).unwrap(),
        16.635532333438686 + 584.0,
    );
    // Two axes with the same product cost the same; continuous sizes fit in.
    block.resolution = vec![2.0, 4.0];
    close(
        complexity::block_cost(&block).unwrap(),
        16.635532333438686 + 584.0,
    );
    block.resolution = vec![2.5, 2.5];
    close(
        complexity::block_cost(&block).unwrap(),
        11.453634148426938 + 6.25 * 73.0,
    );
    for bad in [0.0, -1.0, f64::NAN] {
        let bad_width = complexity::BlockSizes {
            n_mid: bad,
            ..block.clone()
        };
        refused(complexity::block_cost(&bad_width));
        let bad_resolution = complexity::BlockSizes {
            resolution: vec![2.0, bad],
            ..block.clone()
        };
        refused(complexity::block_cost_vjp(&bad_resolution, 1.0));
    }
    block.resolution.clear();
    refused(complexity::block_cost(&block));
}

#[test]
fn depth_weights() {
    let weights = |depth| [1, 2, 3, 4].map(|i| complexity::depth_weight(depth, i));
    assert_eq!(weights(2.5), [1.0, 1.0, 0.5, 0.0]);
    assert_eq!(weights(2.0), [1.0, 1.0, 0.0, 0.0]);
    assert_eq!(weights(0.25), [0.25, 0.0, 0.0, 0.0]);
    assert_eq!(weights(4.0), [1.0; 4]);
}

#[test]
fn network_costs() {
    use complexity::Decoder::{Classification, Dense};
    let mut network = complexity::unmasked_sizes(&[8], 2, 10, Classification, 3, 2).unwrap();
    // Encoder 8 * 2 * 3 + 2 * 8 * 3, decoder 2 * 8 * 3 + 3 * 10, block 8 ln 8 + 8 * (18 + 15).
    let (encoder, classifier) = (96.0, 78.0);
    let block = 16.635532333438686 + 264.0;
    close(
        complexity::network_cost(&network).unwrap(),
        encoder + 2.0 * block + classifier,
    );
    network.depth = 1.25;
    close(
        complexity::network_cost(&network).unwrap(),
        encoder + 1.25 * block + classifier,
    );
    network.decoder = Dense;
    // 8 * 3 + 8 * 3 * 10.
    close(
        complexity::network_cost(&network).unwrap(),
        encoder + 1.25 * block + 264.0,
    );
    for bad in [0.0, -1.0, 2.5, f64::NAN] {
        network.depth = bad;
        refused(complexity::network_cost(&network));
        refused(complexity::network_cost_vjp(&network, 1.0));
    }
    network.depth = 1.0;
    network.width_last = f64::NAN;
    refused(complexity::network_cost(&network));
    refused(complexity::unmasked_sizes(&[8], 2, 10, Dense, 0, 2));
    refused(complexity::unmasked_sizes(&[8], 2, 10, Dense, 3, 0));
    refused(complexity::unmasked_sizes(&[], 2, 10, Dense, 3, 2));
}

/// Masks at their initial values cost exactly what the base network costs, in every bit.
#[test]
fn the_search_starts_at_the_target() {
    for (lengths, width, depth, tau) in [(&[1024][..], 140, 4, 25.0), (&[32, 32], 380, 6, 50.0)] {
        let decoder = complexity::Decoder::Classification;
        let base = complexity::unmasked_sizes(lengths, 3, 10, decoder, width, depth).unwrap();
        let half = threshold::half_size_mu(tau, T).unwrap();
        let channels = size::sigmoid_size(half, tau, 2 * width, T).unwrap();
        let (_, mu_resolution) = threshold::mu_bounds(tau).unwrap();
        let block = complexity::BlockSizes {
            resolution: lengths
                .iter()
                .map(|&n| size::sigmoid_size(mu_resolution, tau, n, T).unwrap())
                .collect(),
            n_in: channels,
            n_mid: channels,
            n_out: channels,
        };
        let half = threshold::half_size_mu(8.0, T).unwrap();
        let masked = complexity::NetworkSizes {
            blocks: vec![block; 2 * depth],
            depth: size::sigmoid_size(half, 8.0, 2 * depth, T).unwrap(),
            width_last: channels,
            ..base.clone()
        };
        let cost = |network| complexity::network_cost(network).unwrap();
        assert_eq!(cost(&masked), cost(&base));
        assert_eq!(
            loss::complexity_loss(cost(&masked), cost(&base)).unwrap(),
            0.0
        );
    }
}

/// The linear layers of the ListOps network of Table 6 cost 0.990 times those of CCNN_{4,140},
/// whose cost is 156,800 for each position.
#[test]
fn listops_network_of_table_6() {
    let blocks = [
        (2048.0, 150.0, 189.0, 145.0),
        (632.0, 150.0, 168.0, 168.0),
        (1416.0, 176.0, 186.0, 162.0),
        (310.0, 166.0, 175.0, 153.0),
        (213.0, 154.0, 159.0, 163.0),
        (301.0, 168.0, 128.0, 162.0),
        (250.0, 170.0, 158.0, 153.0),
        (502.0, 153.0, 171.0, 165.0),
    ];
    let linear = |(s, n_in, n_mid, n_out): (f64, f64, f64, f64)| {
        complexity::linear_cost(s, n_in, n_mid) + complexity::linear_cost(s, n_mid, n_out)
    };
    let base = 4.0 * linear((2048.0, 140.0, 140.0, 140.0));
    assert_eq!(base, 156_800.0 * 2048.0);
    let found: f64 = blocks.into_iter().map(linear).sum();
    assert_relative_eq!(found / base, 0.990, epsilon = 5e-4);
}
