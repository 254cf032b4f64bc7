//! Quantized blocks: candle's dequantization against that of Python's gguf package, on the same random bytes.

use candle_core::quantized::GgmlDType;
use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::{Device, Tensor};

use super::{difference, path};

#[test]
fn blocks_of_every_type_mean_what_the_gguf_package_says() {
    let golden = candle_core::safetensors::load(path("blocks.safetensors"), &Device::Cpu).unwrap();
    let kinds = [
        ("F16", GgmlDType::F16),
        ("BF16", GgmlDType::BF16),
        ("Q4_0", GgmlDType::Q4_0),
        ("Q4_1", GgmlDType::Q4_1),
        ("Q5_0", GgmlDType::Q5_0),
        ("Q5_1", GgmlDType::Q5_1),
        ("Q8_0", GgmlDType::Q8_0),
        ("Q2_K", GgmlDType::Q2K),
        ("Q3_K", GgmlDType::Q3K),
        ("Q4_K", GgmlDType::Q4K),
        ("Q5_K", GgmlDType::Q5K),
        ("Q6_K", GgmlDType::Q6K),
    ];
    assert_eq!(golden.len(), 2 * kinds.len());
    for (name, kind) in kinds {
        let bytes: Vec<u8> = golden[&format!("{name}.blocks")].to_vec1().unwrap();
        let expected: &Tensor = &golden[&format!("{name}.values")];
        let tensor = qtensor_from_ggml(kind, &bytes, expected.dims().to_vec(), &Device::Cpu).unwrap();
        let differs = difference(&tensor.dequantize(&Device::Cpu).unwrap(), expected);
        assert!(differs <= 1e-6, "{name} differs by {differs:.1e} of the largest");
    }
}
