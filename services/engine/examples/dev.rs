use countersign_engine::measure::Bench;
use countersign_engine::random_model::*;
use countersign_engine::ModelSource;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "write" {
        let q = args[2].parse::<Quantization>().unwrap();
        let m = RandomModel { shape: "1.2b".parse::<Shape>().unwrap(), quantization: q, vocabulary: 32000, seed: 1 };
        let t = std::time::Instant::now();
        println!("{:?} {:?}", m.write(std::path::Path::new(&args[3]), &std::fs::read(&args[4]).unwrap()), t.elapsed());
        return;
    }
    let t = std::time::Instant::now();
    let (mut b, info) = Bench::load(&ModelSource::path(&args[2]).unwrap(), 4096, 256, 1 << 30).unwrap();
    println!("{} loaded in {:?} rss {:?}", info.name, t.elapsed(), countersign_engine::measure::resident_bytes());
    for _ in 0..3 {
        let d = b.prefill(512).unwrap();
        println!("prefill 512: {:.1} tok/s", 512.0 / d.as_secs_f64());
        for n in [1, 8, 16, 36] {
            let steps = 16;
            let d = b.decode(n, 256, steps).unwrap();
            println!("decode {n}: {:.1} tok/s", (n * steps) as f64 / d.as_secs_f64());
        }
    }
    println!("rss {:?}", countersign_engine::measure::resident_bytes());
}
