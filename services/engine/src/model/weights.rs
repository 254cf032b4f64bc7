//! Which weights there are, and where they come from.

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};

use crate::compute::{Kind, Matrix};

/// Which weight of a decoder; the loaders know what their format calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Embedding,
    OutputNorm,
    Output,
    AttentionNorm(usize),
    Query(usize),
    Key(usize),
    Value(usize),
    QueryBias(usize),
    KeyBias(usize),
    ValueBias(usize),
    QueryNorm(usize),
    KeyNorm(usize),
    AttentionOut(usize),
    FfnNorm(usize),
    Gate(usize),
    Up(usize),
    Down(usize),
}

/// Where weights come from. A loader checks each shape before it allocates.
pub(crate) trait Weights {
    type Error;
    /// `[rows, columns]`.
    fn matrix(&mut self, weight: Weight, rows: usize, columns: usize) -> Result<QMatMul, Self::Error>;
    /// `[length]`, in F32.
    fn vector(&mut self, weight: Weight, length: usize) -> Result<Tensor, Self::Error>;
    /// Whether the file has its own output matrix; otherwise the embedding serves.
    fn has_output(&self) -> bool;
}

/// Why a model could not be put together.
#[derive(Debug)]
pub(crate) enum LoadFailure<E> {
    /// A weight was missing or wrong.
    Weights(E),
    /// A weight or the rotary tables could not be prepared.
    Preparing(candle_core::Error),
}

/// Packs a matrix and drops what it was read as. Types without a packed form become F16: exact to 11
/// bits, larger in memory.
pub(super) fn pack(matrix: QMatMul, rows: usize, columns: usize) -> candle_core::Result<Matrix> {
    let packed = match matrix {
        QMatMul::QTensor(tensor) => match kind(tensor.dtype()) {
            Some(kind) if columns.is_multiple_of(kind.block().0) => {
                Matrix::quantized(kind, &tensor.data()?, rows, columns)
            }
            _ => half_precision(&tensor, rows, columns)?,
        },
        QMatMul::Tensor(tensor) | QMatMul::TensorF16(tensor) => {
            let tensor = tensor.flatten_all()?;
            match tensor.dtype() {
                DType::F16 => Matrix::floats(&tensor.to_vec1::<f16>()?, rows, columns),
                DType::BF16 => Matrix::floats(&tensor.to_vec1::<bf16>()?, rows, columns),
                _ => Matrix::floats(&tensor.to_dtype(DType::F32)?.to_vec1::<f32>()?, rows, columns),
            }
        }
    };
    packed.ok_or_else(|| candle_core::Error::Msg(format!("the data does not make a matrix of {rows} × {columns}")))
}

fn kind(dtype: GgmlDType) -> Option<Kind> {
    match dtype {
        GgmlDType::Q4_0 => Some(Kind::Q4_0),
        GgmlDType::Q8_0 => Some(Kind::Q8_0),
        GgmlDType::Q4K => Some(Kind::Q4K),
        GgmlDType::Q6K => Some(Kind::Q6K),
        _ => None,
    }
}

fn half_precision(tensor: &QTensor, rows: usize, columns: usize) -> candle_core::Result<Option<Matrix>> {
    tracing::debug!(weight.kind = ?tensor.dtype(), weight.rows = rows, "weight expanded to F16");
    let numbers = tensor.dequantize(&Device::Cpu)?.to_dtype(DType::F16)?.flatten_all()?.to_vec1::<f16>()?;
    Ok(Matrix::floats(&numbers, rows, columns))
}
