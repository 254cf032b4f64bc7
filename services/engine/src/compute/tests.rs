use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Module, Tensor};
use half::{bf16, f16};

use super::activations::{Activations, Quantized};
use super::pack::Kind;
use super::simd::Level;
use super::{Matrix, multiply};
use crate::random::uniform;

const KINDS: [(Kind, GgmlDType); 4] = [
    (Kind::Q4_0, GgmlDType::Q4_0),
    (Kind::Q8_0, GgmlDType::Q8_0),
    (Kind::Q4K, GgmlDType::Q4K),
    (Kind::Q6K, GgmlDType::Q6K),
];

fn random(stream: u64, count: usize) -> Vec<f32> {
    (0..count).map(|at| (uniform(5, stream, at as u64, 0) * 2.0 - 1.0) as f32).collect()
}

fn quantized(kind: GgmlDType, rows: usize, columns: usize) -> QTensor {
    let weights = Tensor::from_vec(random(1, rows * columns), (rows, columns), &Device::Cpu).unwrap();
    QTensor::quantize(&weights, kind).unwrap()
}

fn product(matrix: &Matrix, values: &[f32], rows: usize, level: Level) -> Vec<f32> {
    let width = values.len() / rows;
    let mut quantized = Quantized::default();
    quantized.fill(level, values, rows, width);
    let mut out = vec![0.0; rows * matrix.rows()];
    let rows = Activations { rows, width, values, quantized: Some(&quantized) };
    multiply(&rows, &mut [(matrix, &mut out)]);
    out
}

fn levels() -> Vec<Level> {
    let mut levels = vec![Level::Baseline];
    if Level::detect() != Level::Baseline {
        levels.extend([Level::Avx2, Level::detect()]);
    }
    levels
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_packed_row_is_the_row_that_was_packed() {
    for (kind, dtype) in KINDS {
        let tensor = quantized(dtype, 37, 512);
        let matrix = Matrix::quantized(kind, &tensor.data().unwrap(), 37, 512).unwrap();
        let expected = tensor.dequantize(&Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        for (row, expected) in expected.iter().enumerate() {
            let mut out = vec![0.0; 512];
            matrix.row(row, &mut out);
            let worst = out.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-6, "{kind:?}, row {row}: {worst}");
        }
    }
}

#[test]
fn products_agree_with_the_dequantized_weights() {
    for (kind, dtype) in KINDS {
        let (rows, columns) = (50, 768);
        let tensor = quantized(dtype, rows, columns);
        let matrix = Matrix::quantized(kind, &tensor.data().unwrap(), rows, columns).unwrap();
        let values = random(2, 5 * columns);
        let ours = product(&matrix, &values, 5, Level::detect());
        let exact = Tensor::from_vec(values, (5, columns), &Device::Cpu)
            .unwrap()
            .matmul(&tensor.dequantize(&Device::Cpu).unwrap().t().unwrap())
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        // Activations of 8 bits: an error of 1/254 of the largest at each of 768 columns, at random.
        let worst = ours.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 0.2, "{kind:?}: {worst}");
    }
}

/// Also against candle's own quantized product, which rounds activations in its own way.
#[test]
fn products_are_near_candles() {
    for (kind, dtype) in KINDS {
        let tensor = quantized(dtype, 64, 512);
        let matrix = Matrix::quantized(kind, &tensor.data().unwrap(), 64, 512).unwrap();
        let values = random(3, 512);
        let ours = product(&matrix, &values, 1, Level::detect());
        let candle = candle_core::quantized::QMatMul::from_qtensor(tensor).unwrap();
        let theirs = candle.forward(&Tensor::from_vec(values, (1, 512), &Device::Cpu).unwrap()).unwrap();
        let theirs = theirs.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let worst = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 0.2, "{kind:?}: {worst}");
    }
}

#[test]
fn every_level_and_every_number_of_rows_gives_the_same_bits() {
    for (kind, dtype) in KINDS {
        // Odd numbers of rows, and a width that is no multiple of 256 where the format allows it.
        let columns = if kind.block().0 == 32 { 416 } else { 512 };
        let tensor = quantized(dtype, 53, columns);
        let values = random(4, 11 * columns);
        let whole = |level| {
            let matrix = Matrix::quantized(kind, &tensor.data().unwrap(), 53, columns).unwrap().at_level(level);
            product(&matrix, &values, 11, level)
        };
        let expected = whole(Level::Baseline);
        for level in levels() {
            assert_eq!(bits(&whole(level)), bits(&expected), "{kind:?} {level:?}");
            let matrix = Matrix::quantized(kind, &tensor.data().unwrap(), 53, columns).unwrap().at_level(level);
            for row in 0..11 {
                let alone = product(&matrix, &values[row * columns..(row + 1) * columns], 1, level);
                assert_eq!(bits(&alone), bits(&expected[row * 53..(row + 1) * 53]), "{kind:?} {level:?} row {row}");
            }
        }
    }
}

#[test]
fn unquantized_weights_give_the_same_bits_at_every_level_and_number_of_rows() {
    let (rows, columns) = (21, 75);
    let weights = random(6, rows * columns);
    let values = random(7, 6 * columns);
    let matrices: Vec<Box<dyn Fn() -> Matrix>> = vec![
        Box::new(|| Matrix::floats(&weights, rows, columns).unwrap()),
        Box::new(|| {
            Matrix::floats(&weights.iter().map(|&w| f16::from_f32(w)).collect::<Vec<_>>(), rows, columns).unwrap()
        }),
        Box::new(|| {
            Matrix::floats(&weights.iter().map(|&w| bf16::from_f32(w)).collect::<Vec<_>>(), rows, columns).unwrap()
        }),
    ];
    for (matrix, tolerance) in matrices.iter().zip([1e-5, 2e-2, 1e-1]) {
        let expected = product(&matrix().at_level(Level::Baseline), &values, 6, Level::Baseline);
        for level in levels() {
            let matrix = matrix().at_level(level);
            assert_eq!(bits(&product(&matrix, &values, 6, level)), bits(&expected), "{level:?}");
            let alone = product(&matrix, &values[5 * columns..], 1, level);
            assert_eq!(bits(&alone), bits(&expected[5 * rows..]));
        }
        let plain: f32 = (0..columns).map(|at| values[at] * weights[3 * columns + at]).sum();
        assert!((expected[3] - plain).abs() < tolerance, "{} {plain}", expected[3]);
    }
}

#[test]
fn packed_weights_are_hardly_larger_than_the_file() {
    for (kind, dtype) in KINDS {
        let tensor = quantized(dtype, 64, 1024);
        let matrix = Matrix::quantized(kind, &tensor.data().unwrap(), 64, 1024).unwrap();
        let ratio = matrix.bytes() as f64 / tensor.storage_size_in_bytes() as f64;
        assert!(ratio < 1.06, "{kind:?}: {ratio}");
    }
}

#[test]
fn data_of_another_size_is_refused() {
    assert!(Matrix::quantized(Kind::Q8_0, &[0; 34 * 4 - 1], 4, 32).is_none());
    assert!(Matrix::quantized(Kind::Q4K, &[0; 144], 1, 255).is_none());
    assert!(Matrix::floats(&[0.0_f32; 5], 2, 3).is_none());
}
