//! A walk over a GGUF header that allocates nothing and trusts nothing, before candle's reader does.
//!
//! candle bounds lengths by the file's, but an array of bytes costs it 24 times its size in memory, a
//! zero alignment is a division by zero, and the product of dimensions may overflow. What passes here is
//! bounded. Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::io::{Read, Seek, SeekFrom};

const MOST_ENTRIES: u64 = 1 << 16;
const MOST_ELEMENTS: u64 = 1 << 23;
const LONGEST_STRING: u64 = 16 << 20;

struct Walk<'a, R> {
    reader: &'a mut R,
    position: u64,
    length: u64,
    elements: u64,
    /// The data's alignment, and the tensor that reaches furthest into them, with its end.
    alignment: u64,
    furthest: (u64, String),
}

/// Checks the header of a file of GGUF version 2 or 3 and rewinds. The error is the reason alone.
pub(super) fn check<R: Read + Seek>(reader: &mut R) -> Result<(), String> {
    let length = reader.seek(SeekFrom::End(0)).map_err(|error| error.to_string())?;
    reader.rewind().map_err(|error| error.to_string())?;
    let mut walk = Walk { reader, position: 0, length, elements: 0, alignment: 32, furthest: (0, String::new()) };
    walk.file()?;
    walk.reader.rewind().map_err(|error| error.to_string())
}

/// Elements and bytes of one block of a ggml type that candle reads.
fn block_of(kind: u32) -> Option<(u64, u64)> {
    Some(match kind {
        0 => (1, 4),      // F32
        1 | 30 => (1, 2), // F16, BF16
        2 => (32, 18),    // Q4_0
        3 => (32, 20),    // Q4_1
        6 => (32, 22),    // Q5_0
        7 => (32, 24),    // Q5_1
        8 => (32, 34),    // Q8_0
        9 => (32, 36),    // Q8_1
        10 => (256, 84),  // Q2_K
        11 => (256, 110), // Q3_K
        12 => (256, 144), // Q4_K
        13 => (256, 176), // Q5_K
        14 => (256, 210), // Q6_K
        15 => (256, 292), // Q8_K
        _ => return None,
    })
}

impl<R: Read + Seek> Walk<'_, R> {
    fn file(&mut self) -> Result<(), String> {
        if self.length < 24 {
            return Err(format!("has only {} bytes, so it is no GGUF file", self.length));
        }
        if &self.array::<4>()? != b"GGUF" {
            return Err("does not begin with GGUF, so it is no GGUF file".into());
        }
        let version = self.u32()?;
        if !matches!(version, 2 | 3) {
            return Err(format!("is GGUF of version {version}; supported: 2 and 3"));
        }
        let (tensors, entries) = (self.u64()?, self.u64()?);
        if tensors > MOST_ENTRIES || entries > MOST_ENTRIES {
            return Err(format!("claims {tensors} tensors and {entries} metadata entries, more than {MOST_ENTRIES}"));
        }
        for _ in 0..entries {
            let key = self.text()?;
            let kind = self.u32()?;
            if key == "general.alignment" {
                let alignment = self.alignment(kind)?;
                if !alignment.is_power_of_two() || alignment > 1 << 20 {
                    return Err(format!("general.alignment is {alignment}, no sensible power of two"));
                }
                self.alignment = alignment;
            } else {
                self.value(kind, 0).map_err(|reason| format!("metadata `{key}`: {reason}"))?;
            }
        }
        for _ in 0..tensors {
            self.tensor()?;
        }
        let data = self.position.next_multiple_of(self.alignment);
        let (end, name) = &self.furthest;
        if data + end > self.length {
            let (length, end) = (self.length, data + end);
            return Err(format!("ends at {length}, but its tensor `{name}` ends at {end}: the file is truncated"));
        }
        Ok(())
    }

    fn alignment(&mut self, kind: u32) -> Result<u64, String> {
        Ok(match kind {
            0 => u64::from(self.array::<1>()?[0]),
            2 => u64::from(u16::from_le_bytes(self.array()?)),
            4 => u64::from(self.u32()?),
            _ => {
                return Err(format!("general.alignment is of type {kind}, not an unsigned number"));
            }
        })
    }

    fn value(&mut self, kind: u32, depth: u32) -> Result<(), String> {
        match kind {
            0 | 1 => self.skip(1),
            7 => match self.array::<1>()?[0] {
                0 | 1 => Ok(()),
                other => Err(format!("{other} is no boolean")),
            },
            2 | 3 => self.skip(2),
            4..=6 => self.skip(4),
            10..=12 => self.skip(8),
            8 => {
                let length = self.bounded_length()?;
                self.skip(length)
            }
            9 => {
                if depth >= 4 {
                    return Err("arrays are nested too deeply".into());
                }
                let inner = self.u32()?;
                let count = self.u64()?;
                self.elements = self.elements.saturating_add(count);
                if self.elements > MOST_ELEMENTS {
                    return Err(format!("its arrays claim {} elements, more than {MOST_ELEMENTS}", self.elements));
                }
                let each = match inner {
                    0 | 1 => 1,
                    2 | 3 => 2,
                    4..=6 => 4,
                    10..=12 => 8,
                    _ => 0,
                };
                if each > 0 {
                    return self.skip(count * each);
                }
                (0..count).try_for_each(|_| self.value(inner, depth + 1))
            }
            other => Err(format!("unknown type {other}")),
        }
    }

    fn tensor(&mut self) -> Result<(), String> {
        let name = self.text()?;
        let dimensions = self.u32()?;
        if dimensions > 4 {
            return Err(format!("tensor `{name}` has {dimensions} dimensions"));
        }
        let mut elements = 1_u64;
        for _ in 0..dimensions {
            let size = self.u64()?;
            // No type takes less than an eighth of a byte an element.
            elements = elements
                .checked_mul(size)
                .filter(|&elements| elements / 8 <= self.length)
                .ok_or_else(|| format!("tensor `{name}` is larger than the file"))?;
        }
        let kind = self.u32()?;
        let offset = self.u64()?;
        let (block, size) = block_of(kind).ok_or_else(|| {
            format!("tensor `{name}` is of type {kind}, which this engine does not read (IQ types and MXFP4 are such)")
        })?;
        let bytes = elements.div_ceil(block) * size;
        if offset > self.length || bytes > self.length - offset {
            return Err(format!(
                "tensor `{name}` claims {bytes} bytes from {offset} on, behind the file's end: the file is truncated"
            ));
        }
        if offset + bytes > self.furthest.0 {
            self.furthest = (offset + bytes, name);
        }
        Ok(())
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.bounded_length()?;
        self.need(length)?;
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        self.position += length;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn bounded_length(&mut self) -> Result<u64, String> {
        let length = self.u64()?;
        if length > LONGEST_STRING {
            return Err(format!("a string claims {length} bytes"));
        }
        Ok(length)
    }

    fn need(&self, bytes: u64) -> Result<(), String> {
        if bytes > self.length - self.position {
            return Err(format!("the file ends at {} inside its header: it is truncated", self.length));
        }
        Ok(())
    }

    fn skip(&mut self, bytes: u64) -> Result<(), String> {
        self.need(bytes)?;
        self.reader.seek_relative(bytes as i64).map_err(|error| error.to_string())?;
        self.position += bytes;
        Ok(())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.need(N as u64)?;
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, String> {
        Ok(u64::from_le_bytes(self.array()?))
    }
}
