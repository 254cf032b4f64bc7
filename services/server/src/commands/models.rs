//! `models list`.

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::Data;
use crate::data_folder::DataFolder;
use crate::say;

pub fn list(data: &Data, json: bool) -> Result<ExitCode> {
    let folder = DataFolder::look(&data.data)?;
    for model in crate::models::list(&folder)? {
        if json {
            say::line(&serde_json::to_string(&model)?);
        } else {
            let mebibytes = model.bytes as f64 / f64::from(1 << 20);
            say::line(&format!("{:<28} {mebibytes:>9.1} MiB  {}", model.name, model.place));
        }
    }
    if !json {
        say::note(&format!(
            "Put a GGUF file, or a folder with config.json, tokenizer.json and safetensors, into {} and name it with `up --model`.",
            folder.models().display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
