//! The machine that is measured on: a figure without it says nothing.

use countersign_engine::measure;
use serde::Serialize;

/// What the figures depend on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's own name.
    pub cpu: String,
    /// Threads that the engine computes with.
    pub threads: usize,
    /// Instructions that matter to the kernels.
    pub features: Vec<String>,
    /// Processes that ran in the last minute, on average; a busy machine measures low.
    pub load: Option<f64>,
}

/// Of this process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Memory {
    pub resident: u64,
    pub peak: u64,
}

/// As `/proc/cpuinfo` spells them: x86's, then ARM's.
const FEATURES: [&str; 18] = [
    "f16c",
    "fma",
    "avx",
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512bw",
    "avx512vbmi",
    "avx512_vnni",
    "avx512_bf16",
    "amx_int8",
    "amx_bf16",
    "asimd",
    "asimddp",
    "i8mm",
    "bf16",
    "sve",
    "sve2",
];

impl Machine {
    /// This one, now.
    pub fn here() -> Self {
        let (cpu, features) = parse_cpuinfo(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default());
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        Self {
            cpu: cpu.unwrap_or_else(|| format!("{} (no name in /proc/cpuinfo)", std::env::consts::ARCH)),
            threads: threads(),
            features,
            load: load.and_then(|text| text.split_whitespace().next()?.parse().ok()),
        }
    }

    /// Lines for a person.
    pub fn describe(&self) -> String {
        let load = self.load.map_or_else(String::new, |load| format!(", load {load:.2}"));
        format!("machine  {}, {} threads{load}\n         {}", self.cpu, self.threads, self.features.join(" "))
    }
}

/// The engine takes what this variable says, like rayon, and all cores without it.
fn threads() -> usize {
    let named = std::env::var("RAYON_NUM_THREADS").ok().and_then(|number| number.parse().ok());
    named
        .filter(|&number| number > 0)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get))
}

fn parse_cpuinfo(text: &str) -> (Option<String>, Vec<String>) {
    let value = |keys: &[&str]| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            keys.contains(&key.trim()).then(|| value.trim().to_owned())
        })
    };
    let flags = value(&["flags", "Features"]).unwrap_or_default();
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let known = FEATURES.into_iter().filter(|feature| flags.contains(feature)).map(str::to_owned);
    (value(&["model name"]), known.collect())
}

impl Memory {
    /// Of this process, now; `None` where the system does not tell.
    pub fn now() -> Option<Self> {
        let (resident, peak) = measure::resident_bytes()?;
        Some(Self { resident, peak })
    }
}

#[cfg(test)]
mod tests {
    use super::parse_cpuinfo;

    #[test]
    fn the_processor_is_named_and_only_what_matters_of_its_flags_is_told() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nflags\t\t: fpu avx2 avx512_vnni sse\n";
        assert_eq!(parse_cpuinfo(text), (Some("Some CPU @ 2 GHz".into()), vec!["avx2".into(), "avx512_vnni".into()]));
        assert_eq!(parse_cpuinfo("Features\t: fp asimd\n"), (None, vec!["asimd".into()]));
    }
}
