//! `model.safetensors`, a tensor at a time: the header is checked against the configuration and the file's
//! length before a weight is allocated, and only what the encoder needs is read.
//!
//! Format: eight bytes of little-endian header length, a JSON header, the data
//! (<https://huggingface.co/docs/safetensors>).

use std::collections::HashMap;
use std::io::SeekFrom;

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::config::Shape;
use super::source::{EmbedderSource, ReadSeek};
use crate::error::LoadError;

const FILE: &str = "model.safetensors";
/// A header of a thousand layers has less.
const LARGEST_HEADER: u64 = 8 << 20;
/// What checkpoints of larger models put before an encoder's names.
const PREFIXES: [&str; 3] = ["", "bert.", "roberta."];

/// An encoder's weights in F32, by their names in transformers' encoder.
pub(super) struct Weights {
    pub tensors: HashMap<String, Tensor>,
    /// The whole file's, as `sha256:…`.
    pub digest: String,
    pub parameters: u64,
}

/// An entry of the header; `__metadata__`, which is none, has no field of these.
#[derive(Debug, Default, Deserialize)]
struct Entry {
    dtype: Option<String>,
    shape: Option<Vec<u64>>,
    data_offsets: Option<(u64, u64)>,
}

/// Where a tensor's bytes are.
struct Place {
    name: String,
    dims: Vec<usize>,
    dtype: DType,
    start: u64,
    bytes: usize,
}

impl Weights {
    /// Reads the tensors that `shape` calls for.
    pub(super) fn read(source: &EmbedderSource, shape: &Shape) -> Result<Self, LoadError> {
        let path = source.shown_file(FILE);
        let Some(mut reader) = source.open(FILE)? else {
            return Err(LoadError::invalid(
                source.shown(),
                "has no model.safetensors; copy the model's there (an index of several files, a .bin and an .onnx \
                 file are not read)",
            ));
        };
        let length = reader
            .seek(SeekFrom::End(0))
            .and_then(|length| reader.rewind().map(|()| length))
            .map_err(|source| LoadError::Io { path: path.clone(), source })?;
        let (entries, data) = header(&path, &mut *reader, length)?;
        let places = places(&path, &entries, shape, length - data)?;
        let digest = digest(&mut *reader).map_err(|source| LoadError::Io { path: path.clone(), source })?;
        let mut tensors = HashMap::with_capacity(places.len());
        let mut parameters = 0;
        for place in places {
            let mut bytes = vec![0; place.bytes];
            reader
                .seek(SeekFrom::Start(data + place.start))
                .and_then(|_| reader.read_exact(&mut bytes))
                .map_err(|source| LoadError::Io { path: path.clone(), source })?;
            let tensor = Tensor::from_raw_buffer(&bytes, place.dtype, &place.dims, &Device::Cpu)
                .and_then(|tensor| tensor.to_dtype(DType::F32))
                .map_err(|error| LoadError::invalid(&path, format!("tensor `{}`: {error}", place.name)))?;
            parameters += tensor.elem_count() as u64;
            tensors.insert(place.name, tensor);
        }
        Ok(Self { tensors, digest, parameters })
    }
}

/// The header's entries, and where the data begins.
fn header(path: &str, reader: &mut dyn ReadSeek, length: u64) -> Result<(HashMap<String, Entry>, u64), LoadError> {
    let invalid = |reason: String| LoadError::invalid(path, reason);
    let truncated = |_| invalid("is damaged or truncated: it ends before its header does".into());
    let mut size = [0; 8];
    reader.read_exact(&mut size).map_err(truncated)?;
    let size = u64::from_le_bytes(size);
    if size > LARGEST_HEADER || size + 8 > length {
        return Err(invalid(format!(
            "is damaged, truncated or no safetensors file: it claims a header of {size} bytes in a file of {length}"
        )));
    }
    // Bounded by LARGEST_HEADER.
    let mut json = vec![0; size as usize];
    reader.read_exact(&mut json).map_err(truncated)?;
    let entries = serde_json::from_slice(&json).map_err(|error| invalid(format!("its header is damaged: {error}")))?;
    Ok((entries, size + 8))
}

/// Holds every tensor that is needed against the header, and all together against the file.
fn places(
    path: &str,
    entries: &HashMap<String, Entry>,
    shape: &Shape,
    data_length: u64,
) -> Result<Vec<Place>, LoadError> {
    let invalid = |reason: String| LoadError::invalid(path, reason);
    let first = "embeddings.word_embeddings.weight";
    let prefix =
        PREFIXES.into_iter().find(|prefix| entries.contains_key(&format!("{prefix}{first}"))).ok_or_else(|| {
            invalid(format!("lacks the tensor `{first}`, with or without `bert.` or `roberta.` before it"))
        })?;
    let mut places = Vec::new();
    let mut total = 0_u64;
    for (name, dims) in expected(shape) {
        let stored = format!("{prefix}{name}");
        let entry = entries
            .get(&stored)
            .or_else(|| entries.get(&old_name(&stored)?))
            .ok_or_else(|| invalid(format!("lacks the tensor `{stored}`")))?;
        let wanted: Vec<u64> = dims.iter().map(|&dim| dim as u64).collect();
        let found = entry.shape.as_deref().unwrap_or_default();
        if found != wanted {
            return Err(invalid(format!(
                "tensor `{stored}` has the shape {found:?}, but config.json calls for {wanted:?}"
            )));
        }
        let dtype = match entry.dtype.as_deref() {
            Some("F32") => DType::F32,
            Some("F16") => DType::F16,
            Some("BF16") => DType::BF16,
            other => {
                return Err(invalid(format!(
                    "tensor `{stored}` is of type {}; supported: F32, F16, BF16",
                    other.unwrap_or("none")
                )));
            }
        };
        // The limits of the configuration keep the product below 2^42.
        let bytes = wanted.iter().product::<u64>() * dtype.size_in_bytes() as u64;
        let (start, end) = entry.data_offsets.unwrap_or_default();
        if start > end || end > data_length || end - start != bytes {
            return Err(invalid(format!(
                "is damaged or truncated: tensor `{stored}` should have {bytes} bytes, but is said to lie from {start} \
                 to {end} of {data_length}"
            )));
        }
        // Tensors that overlap would let a small file fill the memory.
        total += bytes;
        if total > data_length {
            return Err(invalid("its tensors overlap: together they are larger than the file".into()));
        }
        places.push(Place { name, dims, dtype, start, bytes: bytes as usize });
    }
    Ok(places)
}

/// Names and shapes in transformers' `BertModel` and `XLMRobertaModel`, which are the same.
fn expected(shape: &Shape) -> Vec<(String, Vec<usize>)> {
    let (hidden, ffn) = (shape.hidden, shape.ffn);
    let mut all = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![shape.vocab, hidden]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![shape.positions, hidden]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![shape.types, hidden]),
        ("embeddings.LayerNorm.weight".to_owned(), vec![hidden]),
        ("embeddings.LayerNorm.bias".to_owned(), vec![hidden]),
    ];
    for layer in 0..shape.layers {
        let parts = [
            ("attention.self.query", Some(hidden), hidden),
            ("attention.self.key", Some(hidden), hidden),
            ("attention.self.value", Some(hidden), hidden),
            ("attention.output.dense", Some(hidden), hidden),
            ("attention.output.LayerNorm", None, hidden),
            ("intermediate.dense", Some(hidden), ffn),
            ("output.dense", Some(ffn), hidden),
            ("output.LayerNorm", None, hidden),
        ];
        for (part, inputs, outputs) in parts {
            let name = format!("encoder.layer.{layer}.{part}");
            all.push((format!("{name}.weight"), inputs.map_or(vec![outputs], |inputs| vec![outputs, inputs])));
            all.push((format!("{name}.bias"), vec![outputs]));
        }
    }
    all
}

/// Checkpoints that came from TensorFlow call a norm's weight and bias gamma and beta.
fn old_name(name: &str) -> Option<String> {
    let norm = |kind: &str| name.strip_suffix(kind).filter(|rest| rest.ends_with("LayerNorm"));
    norm(".weight").map(|rest| format!("{rest}.gamma")).or_else(|| norm(".bias").map(|rest| format!("{rest}.beta")))
}

fn digest(reader: &mut dyn ReadSeek) -> std::io::Result<String> {
    reader.rewind()?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(crate::load::digest_text(hasher));
        }
        hasher.update(&buffer[..count]);
    }
}
