use std::sync::Arc;

use super::{Job, Queue, Worker};
use crate::draft::{DraftEvent, DraftHandle, DraftRequest, DraftSender, Priority, Sampling};
use crate::engine::EngineOptions;
use crate::load::{Loaded, Target, load};
use crate::testing::{Tiny, tokenizer_json};
use crate::{DraftError, Engine, ModelSource};

/// A worker that is stepped by hand, with an engine of the same model to compile grammars.
struct World {
    worker: Worker,
    queue: Queue,
    engine: Engine,
}

const LARK: &str = "start: /[a-z ]{30,40}/";

fn world(options: EngineOptions) -> World {
    let engine = Tiny::default().engine(options.clone());
    let gguf = Tiny::default().gguf(candle_core::quantized::GgmlDType::Q8_0);
    let source = ModelSource::bytes("tiny", gguf, tokenizer_json().into_bytes());
    let Loaded { model, .. } = load(&source, &Target::up_to(options.context_limit)).unwrap();
    let worker = Worker::new(model, Arc::clone(engine.environment()), options);
    World { worker, queue: Queue::new(64), engine }
}

impl World {
    fn submit(&self, priority: Priority, own: &str) -> DraftHandle {
        let request = DraftRequest {
            prompt: format!("{}{own}", "a common beginning ".repeat(8)),
            grammar: self.engine.compile_grammar(LARK).unwrap(),
            bounds: None,
            sampling: Sampling::default(),
            seed: 3,
            stream: 0,
            max_tokens: 60,
            priority,
        };
        let prompt = self.engine.environment().encode_prompt(&request.prompt).unwrap();
        let (sender, handle) = DraftSender::pair();
        self.queue.push(Job { request, prompt, sender }).unwrap();
        handle
    }

    fn step(&mut self) {
        self.worker.drop_cancelled();
        self.worker.admit(&self.queue);
        self.worker.step();
    }

    fn finish(&mut self) {
        for _ in 0..2_000 {
            self.step();
            if self.worker.running.is_empty() && self.worker.paused.is_empty() {
                return;
            }
        }
        panic!("drafts do not end");
    }
}

fn text(handle: &mut DraftHandle) -> String {
    loop {
        match handle.try_next().expect("the draft has ended") {
            DraftEvent::Finished(output) => return output.text,
            DraftEvent::Failed(error) => panic!("{error}"),
            DraftEvent::Started { .. } | DraftEvent::Text(_) => {}
        }
    }
}

#[test]
fn a_cancelled_draft_gives_its_blocks_back_before_the_next_step() {
    let mut world = world(EngineOptions::default());
    let handles: Vec<_> = (0..5).map(|at| world.submit(Priority::Bulk, &at.to_string())).collect();
    for _ in 0..4 {
        world.step();
    }
    assert!(world.worker.running.len() == 5 && world.worker.cache.pool().in_use() > 5);
    for handle in &handles {
        handle.cancel();
    }
    world.worker.drop_cancelled();
    assert_eq!((world.worker.running.len(), world.worker.cache.pool().in_use()), (0, 0));
    for mut handle in handles {
        let last = std::iter::from_fn(|| handle.try_next()).last();
        assert_eq!(last, Some(DraftEvent::Failed(DraftError::Cancelled)));
    }
}

#[test]
fn finished_drafts_leave_no_block_behind_but_what_the_tree_keeps() {
    let mut world = world(EngineOptions { batch: 3, ..EngineOptions::default() });
    let mut handles: Vec<_> = (0..9).map(|at| world.submit(Priority::Bulk, &at.to_string())).collect();
    world.finish();
    for handle in &mut handles {
        text(handle);
    }
    assert_eq!(world.worker.cache.pool().in_use(), 0);
    world.worker.cache.forget();
    assert_eq!(world.worker.cache.pool().idle(), 0);
}

#[test]
fn a_person_goes_before_a_kit_and_the_kit_is_none_the_worse() {
    let alone = |own: &str| {
        let mut world = world(EngineOptions::default());
        let mut handle = world.submit(Priority::Bulk, own);
        world.finish();
        text(&mut handle)
    };
    // Memory for one sequence of the whole context: a second draft fits only where the first makes room.
    let options = EngineOptions { context_limit: 224, cache_bytes: 0, ..EngineOptions::default() };
    let mut world = world(options);
    let mut kit = world.submit(Priority::Bulk, "kit");
    for _ in 0..3 {
        world.step();
    }
    assert!(world.worker.running[0].is_writing(), "{:?}", kit.try_next());
    let mut person = world.submit(Priority::Interactive, "a person");
    world.step();
    assert_eq!(world.worker.running[0].priority(), Priority::Interactive);
    assert_eq!(world.worker.paused.len(), 1, "the kit's draft waits");
    let mut second = world.submit(Priority::Interactive, "another");
    world.step();
    let waiting: Vec<Priority> = world.worker.paused.iter().map(super::Sequence::priority).collect();
    assert_eq!(waiting, [Priority::Interactive, Priority::Bulk], "people before kits, also among those that wait");
    world.finish();
    assert_eq!(text(&mut person), alone("a person"));
    assert_eq!(text(&mut second), alone("another"));
    assert_eq!(text(&mut kit), alone("kit"));
}

#[test]
fn a_reader_that_does_not_read_holds_nobody_up() {
    let mut world = world(EngineOptions::default());
    let mut lazy = world.submit(Priority::Bulk, "lazy");
    let mut keen = world.submit(Priority::Bulk, "keen");
    world.finish();
    text(&mut keen);
    text(&mut lazy);
}
