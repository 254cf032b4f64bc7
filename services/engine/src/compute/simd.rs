//! Sixteen lanes at a time, so that each kernel is written once.
//!
//! [`Avx512`] is one register; [`Portable`] is an array that the compiler vectorizes as far as the target
//! allows. Both do the same operations in the same order, a multiply-add rounded once, so that every
//! machine computes the same bits.
//!
//! All methods are `unsafe` for one reason: [`Avx512`]'s may only run where [`Level::detect`] found it.
//! The kernels are generic, inlined, and entered through [`dispatch`], which makes that sure.

#![expect(unsafe_code, reason = "vector instructions and unaligned loads; each kernel states its bounds")]

use half::{bf16, f16};

/// Lanes of a vector.
pub(crate) const LANES: usize = 16;

/// What this machine can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// AVX-512 with VNNI: Ice Lake, Zen 4 and later.
    Avx512,
    /// AVX2 with FMA, by the compiler's own vectorization.
    Avx2,
    /// Whatever the target guarantees.
    Baseline,
}

impl Level {
    /// The best that this machine has; at most what `COUNTERSIGN_VECTORS` names (`avx2`, `baseline`), so that slower
    /// machines can be measured on a faster one. The results are the same.
    pub(crate) fn detect() -> Self {
        static FOUND: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
        *FOUND.get_or_init(|| match std::env::var("COUNTERSIGN_VECTORS").as_deref() {
            Ok("baseline") => Self::Baseline,
            Ok("avx2") if Self::has_256() => Self::Avx2,
            _ if Self::has_512() => Self::Avx512,
            _ if Self::has_256() => Self::Avx2,
            _ => Self::Baseline,
        })
    }

    #[cfg(target_arch = "x86_64")]
    fn has_512() -> bool {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
    }

    #[cfg(target_arch = "x86_64")]
    fn has_256() -> bool {
        is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c")
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn has_512() -> bool {
        false
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn has_256() -> bool {
        false
    }
}

/// The operations that the kernels are made of.
pub(crate) trait Simd: Copy {
    /// Sixteen F32.
    type F: Copy;
    /// Sixteen I32, or 64 bytes.
    type I: Copy;

    unsafe fn zero() -> Self::F;
    unsafe fn splat(value: f32) -> Self::F;
    unsafe fn load(from: *const f32) -> Self::F;
    unsafe fn store(to: *mut f32, value: Self::F);
    unsafe fn load_f16(from: *const f16) -> Self::F;
    unsafe fn store_f16(to: *mut f16, value: Self::F);
    unsafe fn load_bf16(from: *const bf16) -> Self::F;
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F;
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F;
    /// a·b + c, rounded once.
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    /// c − a·b, rounded once.
    unsafe fn fnma(a: Self::F, b: Self::F, c: Self::F) -> Self::F;
    unsafe fn round(a: Self::F) -> Self::F;
    /// 2 to the power of whole numbers from −126 to 127.
    unsafe fn exp2_whole(a: Self::F) -> Self::F;

    /// Asks for the 64 bytes that stand there; any address serves.
    unsafe fn prefetch(from: *const u8);
    unsafe fn zero_i() -> Self::I;
    /// 64 bytes.
    unsafe fn load_i(from: *const u8) -> Self::I;
    /// Four bytes, repeated.
    unsafe fn splat_4(from: *const u8) -> Self::I;
    /// Adds to each lane the dot product of its four unsigned bytes with four signed ones.
    unsafe fn dot_4(sum: Self::I, unsigned: Self::I, signed: Self::I) -> Self::I;
    /// Adds to each lane the dot product of two signed 16-bit numbers with two others.
    unsafe fn dot_2(sum: Self::I, a: Self::I, b: Self::I) -> Self::I;
    unsafe fn and(a: Self::I, mask: u32) -> Self::I;
    unsafe fn or(a: Self::I, b: Self::I) -> Self::I;
    /// Shifts each 32-bit lane right.
    unsafe fn right<const BITS: u32>(a: Self::I) -> Self::I;
    /// Shifts each 32-bit lane left.
    unsafe fn left<const BITS: u32>(a: Self::I) -> Self::I;
    /// Subtracts a number from each byte.
    unsafe fn sub_bytes(a: Self::I, byte: i8) -> Self::I;
    unsafe fn to_f32(a: Self::I) -> Self::F;
    /// 16 unsigned bytes as numbers.
    unsafe fn bytes_f32(from: *const u8) -> Self::F;
    /// 16 signed bytes as numbers.
    unsafe fn signed_bytes_f32(from: *const i8) -> Self::F;
    /// 32 unsigned bytes as signed 16-bit numbers.
    unsafe fn bytes_i16(from: *const u8) -> Self::I;
}

/// Arrays, for any machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

#[inline(always)]
fn map(a: [f32; LANES], work: impl Fn(f32) -> f32) -> [f32; LANES] {
    let mut out = a;
    for value in &mut out {
        *value = work(*value);
    }
    out
}

#[inline(always)]
fn zip(a: [f32; LANES], b: [f32; LANES], work: impl Fn(f32, f32) -> f32) -> [f32; LANES] {
    let mut out = a;
    for (value, other) in out.iter_mut().zip(b) {
        *value = work(*value, other);
    }
    out
}

#[inline(always)]
fn zip_i(a: [u32; LANES], b: [u32; LANES], work: impl Fn(u32, u32) -> u32) -> [u32; LANES] {
    let mut out = a;
    for (value, other) in out.iter_mut().zip(b) {
        *value = work(*value, other);
    }
    out
}

// SAFETY of the blocks below: the caller guarantees the lengths that each method's documentation names;
// arrays of numbers may be read and written unaligned.
impl Simd for Portable {
    type F = [f32; LANES];
    type I = [u32; LANES];

    #[inline(always)]
    unsafe fn zero() -> Self::F {
        [0.0; LANES]
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::F {
        [value; LANES]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::F {
        unsafe { from.cast::<[f32; LANES]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::F) {
        unsafe { to.cast::<[f32; LANES]>().write_unaligned(value) }
    }
    #[inline(always)]
    unsafe fn load_f16(from: *const f16) -> Self::F {
        let halves = unsafe { from.cast::<[f16; LANES]>().read_unaligned() };
        halves.map(f16::to_f32)
    }
    #[inline(always)]
    unsafe fn store_f16(to: *mut f16, value: Self::F) {
        unsafe { to.cast::<[f16; LANES]>().write_unaligned(value.map(f16::from_f32)) }
    }
    #[inline(always)]
    unsafe fn load_bf16(from: *const bf16) -> Self::F {
        let halves = unsafe { from.cast::<[bf16; LANES]>().read_unaligned() };
        halves.map(bf16::to_f32)
    }
    #[inline(always)]
    unsafe fn add(a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    unsafe fn sub(a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    unsafe fn mul(a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    unsafe fn div(a: Self::F, b: Self::F) -> Self::F {
        zip(a, b, |a, b| a / b)
    }
    #[inline(always)]
    unsafe fn max(a: Self::F, b: Self::F) -> Self::F {
        // As the instruction has it: the second where they do not compare.
        zip(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        let mut out = c;
        for lane in 0..LANES {
            out[lane] = a[lane].mul_add(b[lane], c[lane]);
        }
        out
    }
    #[inline(always)]
    unsafe fn fnma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
        let mut out = c;
        for lane in 0..LANES {
            out[lane] = (-a[lane]).mul_add(b[lane], c[lane]);
        }
        out
    }
    #[inline(always)]
    unsafe fn round(a: Self::F) -> Self::F {
        map(a, f32::round_ties_even)
    }
    #[inline(always)]
    unsafe fn exp2_whole(a: Self::F) -> Self::F {
        map(a, |value| f32::from_bits((((value as i32) + 127) as u32) << 23))
    }
    #[inline(always)]
    unsafe fn prefetch(_: *const u8) {}
    #[inline(always)]
    unsafe fn zero_i() -> Self::I {
        [0; LANES]
    }
    #[inline(always)]
    unsafe fn load_i(from: *const u8) -> Self::I {
        unsafe { from.cast::<[u32; LANES]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn splat_4(from: *const u8) -> Self::I {
        [unsafe { from.cast::<u32>().read_unaligned() }; LANES]
    }
    #[inline(always)]
    unsafe fn dot_4(sum: Self::I, unsigned: Self::I, signed: Self::I) -> Self::I {
        let mut out = sum;
        for lane in 0..LANES {
            let (a, b) = (unsigned[lane], signed[lane]);
            let mut total = 0_i32;
            for byte in 0..4 {
                total += ((a >> (8 * byte)) & 255) as i32 * i32::from((b >> (8 * byte)) as u8 as i8);
            }
            out[lane] = (out[lane] as i32).wrapping_add(total) as u32;
        }
        out
    }
    #[inline(always)]
    unsafe fn dot_2(sum: Self::I, a: Self::I, b: Self::I) -> Self::I {
        let mut out = sum;
        for lane in 0..LANES {
            let low = i32::from(a[lane] as u16 as i16) * i32::from(b[lane] as u16 as i16);
            let high = i32::from((a[lane] >> 16) as u16 as i16) * i32::from((b[lane] >> 16) as u16 as i16);
            out[lane] = (out[lane] as i32).wrapping_add(low).wrapping_add(high) as u32;
        }
        out
    }
    #[inline(always)]
    unsafe fn and(a: Self::I, mask: u32) -> Self::I {
        a.map(|value| value & mask)
    }
    #[inline(always)]
    unsafe fn or(a: Self::I, b: Self::I) -> Self::I {
        zip_i(a, b, |a, b| a | b)
    }
    #[inline(always)]
    unsafe fn right<const BITS: u32>(a: Self::I) -> Self::I {
        a.map(|value| value >> BITS)
    }
    #[inline(always)]
    unsafe fn left<const BITS: u32>(a: Self::I) -> Self::I {
        a.map(|value| value << BITS)
    }
    #[inline(always)]
    unsafe fn sub_bytes(a: Self::I, byte: i8) -> Self::I {
        a.map(|value| u32::from_ne_bytes(value.to_ne_bytes().map(|own| own.wrapping_sub(byte as u8))))
    }
    #[inline(always)]
    unsafe fn to_f32(a: Self::I) -> Self::F {
        a.map(|value| value as i32 as f32)
    }
    #[inline(always)]
    unsafe fn bytes_f32(from: *const u8) -> Self::F {
        unsafe { from.cast::<[u8; LANES]>().read_unaligned() }.map(f32::from)
    }
    #[inline(always)]
    unsafe fn signed_bytes_f32(from: *const i8) -> Self::F {
        unsafe { from.cast::<[i8; LANES]>().read_unaligned() }.map(f32::from)
    }
    #[inline(always)]
    unsafe fn bytes_i16(from: *const u8) -> Self::I {
        let bytes = unsafe { from.cast::<[u8; 2 * LANES]>().read_unaligned() };
        let mut out = [0; LANES];
        for lane in 0..LANES {
            out[lane] = u32::from(bytes[2 * lane]) | u32::from(bytes[2 * lane + 1]) << 16;
        }
        out
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;

#[cfg(target_arch = "x86_64")]
mod avx512 {
    use core::arch::x86_64::*;

    use half::{bf16, f16};

    use super::Simd;

    /// One AVX-512 register.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Avx512;

    // SAFETY of the blocks below: `dispatch` has found the instructions; the caller guarantees the lengths.
    impl Simd for Avx512 {
        type F = __m512;
        type I = __m512i;

        #[inline(always)]
        unsafe fn zero() -> Self::F {
            unsafe { _mm512_setzero_ps() }
        }
        #[inline(always)]
        unsafe fn splat(value: f32) -> Self::F {
            unsafe { _mm512_set1_ps(value) }
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self::F {
            unsafe { _mm512_loadu_ps(from) }
        }
        #[inline(always)]
        unsafe fn store(to: *mut f32, value: Self::F) {
            unsafe { _mm512_storeu_ps(to, value) }
        }
        #[inline(always)]
        unsafe fn load_f16(from: *const f16) -> Self::F {
            unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(from.cast())) }
        }
        #[inline(always)]
        unsafe fn store_f16(to: *mut f16, value: Self::F) {
            unsafe { _mm256_storeu_si256(to.cast(), _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(value)) }
        }
        #[inline(always)]
        unsafe fn load_bf16(from: *const bf16) -> Self::F {
            unsafe {
                let wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.cast()));
                _mm512_castsi512_ps(_mm512_slli_epi32::<16>(wide))
            }
        }
        #[inline(always)]
        unsafe fn add(a: Self::F, b: Self::F) -> Self::F {
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sub(a: Self::F, b: Self::F) -> Self::F {
            unsafe { _mm512_sub_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn mul(a: Self::F, b: Self::F) -> Self::F {
            unsafe { _mm512_mul_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn div(a: Self::F, b: Self::F) -> Self::F {
            unsafe { _mm512_div_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn max(a: Self::F, b: Self::F) -> Self::F {
            unsafe { _mm512_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn fma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn fnma(a: Self::F, b: Self::F, c: Self::F) -> Self::F {
            unsafe { _mm512_fnmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn round(a: Self::F) -> Self::F {
            unsafe { _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT }>(a) }
        }
        #[inline(always)]
        unsafe fn exp2_whole(a: Self::F) -> Self::F {
            unsafe {
                let biased = _mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(127));
                _mm512_castsi512_ps(_mm512_slli_epi32::<23>(biased))
            }
        }
        #[inline(always)]
        unsafe fn prefetch(from: *const u8) {
            unsafe { _mm_prefetch::<_MM_HINT_T0>(from.cast()) }
        }
        #[inline(always)]
        unsafe fn zero_i() -> Self::I {
            unsafe { _mm512_setzero_si512() }
        }
        #[inline(always)]
        unsafe fn load_i(from: *const u8) -> Self::I {
            unsafe { _mm512_loadu_si512(from.cast()) }
        }
        #[inline(always)]
        unsafe fn splat_4(from: *const u8) -> Self::I {
            unsafe { _mm512_set1_epi32(from.cast::<i32>().read_unaligned()) }
        }
        #[inline(always)]
        unsafe fn dot_4(sum: Self::I, unsigned: Self::I, signed: Self::I) -> Self::I {
            unsafe { _mm512_dpbusd_epi32(sum, unsigned, signed) }
        }
        #[inline(always)]
        unsafe fn dot_2(sum: Self::I, a: Self::I, b: Self::I) -> Self::I {
            unsafe { _mm512_dpwssd_epi32(sum, a, b) }
        }
        #[inline(always)]
        unsafe fn and(a: Self::I, mask: u32) -> Self::I {
            unsafe { _mm512_and_si512(a, _mm512_set1_epi32(mask as i32)) }
        }
        #[inline(always)]
        unsafe fn or(a: Self::I, b: Self::I) -> Self::I {
            unsafe { _mm512_or_si512(a, b) }
        }
        #[inline(always)]
        unsafe fn right<const BITS: u32>(a: Self::I) -> Self::I {
            unsafe { _mm512_srli_epi32::<BITS>(a) }
        }
        #[inline(always)]
        unsafe fn left<const BITS: u32>(a: Self::I) -> Self::I {
            unsafe { _mm512_slli_epi32::<BITS>(a) }
        }
        #[inline(always)]
        unsafe fn sub_bytes(a: Self::I, byte: i8) -> Self::I {
            unsafe { _mm512_sub_epi8(a, _mm512_set1_epi8(byte)) }
        }
        #[inline(always)]
        unsafe fn to_f32(a: Self::I) -> Self::F {
            unsafe { _mm512_cvtepi32_ps(a) }
        }
        #[inline(always)]
        unsafe fn bytes_f32(from: *const u8) -> Self::F {
            unsafe { _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(from.cast()))) }
        }
        #[inline(always)]
        unsafe fn signed_bytes_f32(from: *const i8) -> Self::F {
            unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from.cast()))) }
        }
        #[inline(always)]
        unsafe fn bytes_i16(from: *const u8) -> Self::I {
            unsafe { _mm512_cvtepu8_epi16(_mm256_loadu_si256(from.cast())) }
        }
    }
}

/// Makes a function that runs a generic kernel at a [`Level`]. The kernel is `unsafe`, generic over
/// [`Simd`] first, and `#[inline(always)]`.
macro_rules! dispatch {
    ($(#[$doc:meta])* $visibility:vis unsafe fn $name:ident $(<$(const $generic:ident: $kind:ty),+>)? ($($argument:ident: $type:ty),* $(,)?) $(-> $out:ty)? = $kernel:ident) => {
        $(#[$doc])*
        $visibility unsafe fn $name $(<$(const $generic: $kind),+>)? (level: $crate::compute::simd::Level, $($argument: $type),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")]
            unsafe fn at_512 $(<$(const $generic: $kind),+>)? ($($argument: $type),*) $(-> $out)? {
                unsafe { $kernel::<$crate::compute::simd::Avx512 $($(, $generic)+)?>($($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn at_256 $(<$(const $generic: $kind),+>)? ($($argument: $type),*) $(-> $out)? {
                unsafe { $kernel::<$crate::compute::simd::Portable $($(, $generic)+)?>($($argument),*) }
            }
            // SAFETY: the level was detected; the caller keeps the kernel's own conditions.
            unsafe {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    $crate::compute::simd::Level::Avx512 => at_512 $(::<$($generic),+>)? ($($argument),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::compute::simd::Level::Avx2 => at_256 $(::<$($generic),+>)? ($($argument),*),
                    _ => $kernel::<$crate::compute::simd::Portable $($(, $generic)+)?>($($argument),*),
                }
            }
        }
    };
}
pub(crate) use dispatch;
