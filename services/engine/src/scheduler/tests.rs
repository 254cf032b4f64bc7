use crate::draft::{DraftEvent, DraftHandle, DraftRequest, DraftSender, Priority, Sampling};
use crate::error::{DraftError, SubmitError};
use crate::testing::Tiny;
use crate::{Engine, EngineOptions};

use super::{Job, Queue};

/// As the thread takes them.
fn next(queue: &Queue) -> String {
    queue.pop(Priority::Interactive).or_else(|| queue.pop(Priority::Bulk)).unwrap().request.prompt
}

fn job(engine: &Engine, prompt: &str, priority: Priority) -> (Job, DraftHandle) {
    let (sender, handle) = DraftSender::pair();
    let request = DraftRequest {
        prompt: prompt.into(),
        grammar: engine.compile_grammar("start: \"x\"").unwrap(),
        bounds: None,
        sampling: Sampling::default(),
        seed: 0,
        stream: 0,
        max_tokens: 1,
        priority,
    };
    (Job { request, prompt: vec![1], sender }, handle)
}

#[test]
fn what_a_person_waits_for_goes_first_and_each_kind_in_order() {
    let engine = Tiny::default().engine(EngineOptions::default());
    let queue = Queue::new(10);
    let mut handles = Vec::new();
    for (name, priority) in
        [("b1", Priority::Bulk), ("b2", Priority::Bulk), ("i1", Priority::Interactive), ("i2", Priority::Interactive)]
    {
        let (job, handle) = job(&engine, name, priority);
        queue.push(job).unwrap();
        handles.push(handle);
    }
    let order: Vec<String> = (0..4).map(|_| next(&queue)).collect();
    assert_eq!(order, ["i1", "i2", "b1", "b2"]);
}

#[tokio::test]
async fn a_full_queue_refuses_and_cancelled_drafts_make_room() {
    let engine = Tiny::default().engine(EngineOptions::default());
    let queue = Queue::new(1);
    let (first, mut first_handle) = job(&engine, "first", Priority::Bulk);
    queue.push(first).unwrap();
    let (second, _second_handle) = job(&engine, "second", Priority::Interactive);
    let error = queue.push(second).unwrap_err();
    assert!(matches!(error, SubmitError::Overloaded { retry_after } if retry_after.as_secs() >= 1));
    first_handle.cancel();
    let (third, _third_handle) = job(&engine, "third", Priority::Bulk);
    queue.push(third).unwrap();
    assert_eq!(first_handle.next().await, Some(DraftEvent::Failed(DraftError::Cancelled)));
    assert_eq!(next(&queue), "third");
}

#[test]
fn a_stopped_queue_takes_and_gives_nothing() {
    let engine = Tiny::default().engine(EngineOptions::default());
    let queue = Queue::new(1);
    queue.stop();
    let (late, _handle) = job(&engine, "late", Priority::Bulk);
    assert_eq!(queue.push(late).unwrap_err(), SubmitError::Stopped);
    assert!(queue.pop(Priority::Bulk).is_none());
}
