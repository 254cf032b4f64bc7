//! Arithmetic on the CPU: products with packed weights, attention over cached blocks, norms.
//!
//! Everything is computed row by row in an order that depends on nothing but the row: not on how many
//! rows there are, nor on which, nor on the number of threads. So a draft is the same alone and in a
//! batch, read whole and in chunks. And it is the same for every level of vector instructions: [`simd`].
//!
//! candle's own quantized products keep an expanded copy beside the weights as they were read, and differ
//! in their last bits with the number of rows for some types; these keep one packed form, as large as
//! the file's. To add a type of weight: a format in `formats`, its packing in `pack`, a line in `matrix`.

pub(crate) mod activations;
pub(crate) mod attention;
pub(crate) mod elementwise;
mod floats;
mod formats;
mod lines;
mod matrix;
mod pack;
pub(crate) mod simd;
mod threads;

pub(crate) use matrix::{Matrix, multiply};
pub(crate) use pack::Kind;

#[cfg(test)]
mod tests;
