//! One brand's shard: all that knows Qdrant's calls.
//!
//! Sparse vectors of BM25 weights in one appendable segment (never optimized: the inverted index is in memory either way,
//! and an appendable one counts terms exactly). Qdrant's own log is written but never replayed by it; `manifest.rs` is
//! what tells a half-written folder.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use countersign_domain::id::PassageId;
use countersign_domain::library::{Passage, PassageQuery};
use qdrant_edge::{
    CreateIndex, EdgeConfig, EdgeOptimizersConfig, EdgeShard, EdgeSparseVectorParams, FieldIndexOperations, Modifier,
    NamedQuery, OperationError, PayloadFieldSchema, PointId, PointInsertOperations, PointOperations, PointStruct,
    PointVectorsPersisted, QueryEnum, QueryRequest, ScoringQuery, ScrollRequest, SparseVector, UpdateOperation,
    UpdateVectorsOp, Vector, VectorInternal, VectorOperations, VectorStructPersisted, Vectors, WalOptions,
    WithPayloadInterface, WithVector,
};

use super::conditions::{FINGERPRINT, INDEXED, filter, fingerprint, path, stored};
use super::language::Terms;
use super::{Hit, IndexError, MAX_HITS, Synced, manifest};

/// The name of the sparse vector.
const BM25: &str = "bm25";
/// Passages in one write, and records in one page of reading.
const BATCH: usize = 512;
/// Qdrant's log grows with every write and is never cut; past this many bytes for each passage, a shard is built again.
const LOG_BYTES_PER_PASSAGE: u64 = 4_096;
const LOG_BYTES_ALWAYS: u64 = 32 * 1024 * 1024;
/// Scores are rounded to this part. The order in which terms were first seen decides the order of a sum, and so its last
/// bits; rounding makes an index that grew and one that was built at once give the same hits.
const SCORE_STEPS: f32 = 1024.0;

#[derive(Debug)]
pub(super) struct Shard {
    dir: PathBuf,
    version: i64,
    edge: EdgeShard,
}

impl Shard {
    /// Loads a whole folder; an error says what is not whole.
    pub(super) fn load(dir: &Path) -> Result<Self, String> {
        let version = manifest::read(dir)?;
        // Damage that its checks miss can make Qdrant panic instead of returning an error.
        let edge = catch_unwind(AssertUnwindSafe(|| EdgeShard::load(dir, Some(config()))))
            .map_err(|_| "Qdrant panicked while loading it".to_owned())?
            .map_err(|error| error.to_string())?;
        Ok(Self { dir: dir.to_owned(), version, edge })
    }

    /// A new shard in a folder that is not there yet. It is whole after its first sync.
    pub(super) fn create(dir: &Path) -> Result<Self, IndexError> {
        std::fs::create_dir_all(dir).map_err(super::io("making the folder", dir))?;
        let edge = guarded(dir, "creating the index", || EdgeShard::new(dir, config()))?;
        for (field, kind) in INDEXED {
            let create =
                CreateIndex { field_name: path(field), field_schema: Some(PayloadFieldSchema::FieldType(kind)) };
            let operation = UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(create));
            guarded(dir, "indexing a field", || edge.update(operation))?;
        }
        Ok(Self { dir: dir.to_owned(), version: 0, edge })
    }

    pub(super) fn version(&self) -> i64 {
        self.version
    }

    /// Whether so much was written to it that it is better built again.
    pub(super) fn is_worn(&self, passages: usize) -> Result<bool, IndexError> {
        let log = self.dir.join("wal");
        let mut bytes = 0;
        for entry in std::fs::read_dir(&log).map_err(super::io("reading", &log))? {
            let about = entry.and_then(|entry| entry.metadata()).map_err(super::io("reading", &log))?;
            bytes += about.len();
        }
        Ok(bytes > LOG_BYTES_ALWAYS + LOG_BYTES_PER_PASSAGE * passages as u64)
    }

    pub(super) fn sync(&mut self, version: i64, passages: &[Passage]) -> Result<Synced, IndexError> {
        let mut indexed = self.fingerprints()?;
        let mut new: Vec<&Passage> = Vec::new();
        for passage in passages {
            match indexed.get(&passage.id) {
                Some(known) if *known == fingerprint(passage) => {
                    indexed.remove(&passage.id);
                }
                _ => new.push(passage),
            }
        }
        // What is left is gone, or is replaced: Qdrant miscounts a passage that gets its first words by being overwritten.
        let old: Vec<PassageId> = indexed.keys().copied().collect();
        let replaced = new.iter().filter(|passage| indexed.contains_key(&passage.id)).count();
        let synced = Synced { version, added: new.len(), removed: old.len() - replaced };
        manifest::remove(&self.dir)?;
        for ids in old.chunks(BATCH) {
            self.remove(ids)?;
        }
        // In one order, whatever order the store gave.
        new.sort_by_key(|passage| passage.id);
        let mut terms = BTreeMap::new();
        for batch in new.chunks(BATCH) {
            self.add(batch, &mut terms)?;
        }
        guarded(&self.dir, "flushing", || {
            self.edge.flush();
            Ok(())
        })?;
        manifest::write(&self.dir, version)?;
        self.version = version;
        Ok(synced)
    }

    /// The fingerprint of each passage that is indexed.
    fn fingerprints(&self) -> Result<BTreeMap<PassageId, String>, IndexError> {
        let mut found = BTreeMap::new();
        let mut offset = None;
        loop {
            let request = ScrollRequest {
                offset,
                limit: Some(BATCH),
                filter: None,
                with_payload: Some(WithPayloadInterface::Fields(vec![path(FINGERPRINT)])),
                with_vector: WithVector::Bool(false),
                order_by: None,
            };
            let (records, next) = guarded(&self.dir, "reading what is indexed", || self.edge.scroll(request))?;
            for record in records {
                let print = record.payload.as_ref().and_then(|p| p.0.get(FINGERPRINT)).and_then(|value| value.as_str());
                // Without a fingerprint it differs from any passage, and is written again.
                found.insert(self.passage_id(record.id)?, print.unwrap_or_default().to_owned());
            }
            match next {
                Some(id) => offset = Some(id),
                None => return Ok(found),
            }
        }
    }

    fn remove(&self, ids: &[PassageId]) -> Result<(), IndexError> {
        // Deleting a point leaves its terms counted until the next start, and scores would depend on history; only an
        // empty vector takes them out.
        let empty = |id: &PassageId| {
            let vectors = Vectors::new_named([(BM25, Vector::from(SparseVector::default()))]);
            PointVectorsPersisted { id: PointId::Uuid(id.uuid()), vector: VectorStructPersisted::from(vectors.0) }
        };
        let update = UpdateVectorsOp { points: ids.iter().map(empty).collect(), update_filter: None };
        let update = UpdateOperation::VectorOperation(VectorOperations::UpdateVectors(update));
        guarded(&self.dir, "removing terms", || self.edge.update(update))?;
        let points = ids.iter().map(|id| PointId::Uuid(id.uuid())).collect();
        let points = UpdateOperation::PointOperation(PointOperations::DeletePoints { ids: points });
        guarded(&self.dir, "removing passages", || self.edge.update(points))
    }

    fn add(&self, passages: &[&Passage], terms: &mut BTreeMap<String, Terms>) -> Result<(), IndexError> {
        let points = passages
            .iter()
            .map(|passage| {
                let language = passage.locale.language();
                if !terms.contains_key(language) {
                    terms.insert(language.to_owned(), Terms::of_language(language));
                }
                let vector = terms[language].of_passage(&passage.text);
                let vectors = Vectors::new_named([(BM25, Vector::from(vector))]);
                PointStruct::new(PointId::Uuid(passage.id.uuid()), vectors, stored(passage)).into()
            })
            .collect();
        let insert = PointOperations::UpsertPoints(PointInsertOperations::PointsList(points));
        guarded(&self.dir, "adding passages", || self.edge.update(UpdateOperation::PointOperation(insert)))
    }

    pub(super) fn search(&self, query: &PassageQuery) -> Result<Vec<Hit>, IndexError> {
        let wanted = query.limit.min(MAX_HITS);
        let terms = Terms::of_language(query.locale.language()).of_query(&query.text);
        if wanted == 0 || terms.indices.is_empty() {
            return Ok(Vec::new());
        }
        // Of passages that tie where the hits end, Qdrant returns some; all must be seen to take the first by id.
        let mut fetched = wanted + 32;
        loop {
            let mut found = self.best(&terms, query, fetched)?;
            let all = found.len() < fetched;
            let cut = found.get(wanted - 1).map(|hit| hit.score);
            let tie = found.last().map(|hit| hit.score);
            if all || cut != tie {
                found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
                found.truncate(wanted);
                return Ok(found);
            }
            fetched *= 4;
        }
    }

    /// The `limit` best by score, with scores rounded.
    fn best(&self, terms: &SparseVector, query: &PassageQuery, limit: usize) -> Result<Vec<Hit>, IndexError> {
        let nearest = NamedQuery::new(VectorInternal::Sparse(terms.clone()), BM25);
        let request = QueryRequest {
            prefetches: Vec::new(),
            query: Some(ScoringQuery::Vector(QueryEnum::Nearest(nearest))),
            filter: Some(filter(query)),
            score_threshold: None,
            limit,
            offset: 0,
            params: None,
            with_vector: WithVector::Bool(false),
            with_payload: WithPayloadInterface::Bool(false),
        };
        let points = guarded(&self.dir, "searching", || self.edge.query(request))?;
        points
            .into_iter()
            .map(|point| {
                let score = (point.score * SCORE_STEPS).round() / SCORE_STEPS;
                Ok(Hit { passage: self.passage_id(point.id)?, score })
            })
            .collect()
    }

    fn passage_id(&self, id: PointId) -> Result<PassageId, IndexError> {
        match id {
            PointId::Uuid(uuid) => Ok(PassageId::from_uuid(uuid)),
            PointId::NumId(number) => Err(IndexError::Engine {
                doing: "reading what is indexed",
                path: self.dir.clone(),
                reason: format!("point {number} is no passage's"),
            }),
        }
    }
}

fn config() -> EdgeConfig {
    EdgeConfig {
        on_disk_payload: true,
        vectors: HashMap::new(),
        sparse_vectors: HashMap::from([(
            BM25.to_owned(),
            EdgeSparseVectorParams { modifier: Some(Modifier::Idf), ..EdgeSparseVectorParams::default() },
        )]),
        optimizers: EdgeOptimizersConfig { default_segment_number: Some(1), ..EdgeOptimizersConfig::default() },
        // The default maps 32 MiB for a log that is hardly used.
        wal_options: Some(WalOptions {
            segment_capacity: 1024 * 1024,
            segment_queue_len: 0,
            retain_closed: NonZeroUsize::MIN,
        }),
        ..EdgeConfig::default()
    }
}

/// Runs a call of Qdrant's; its error or panic becomes ours.
fn guarded<T>(
    dir: &Path,
    doing: &'static str,
    call: impl FnOnce() -> Result<T, OperationError>,
) -> Result<T, IndexError> {
    let fail = |reason: String| IndexError::Engine { doing, path: dir.to_owned(), reason };
    catch_unwind(AssertUnwindSafe(call))
        .map_err(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message");
            fail(format!("Qdrant panicked: {text}"))
        })?
        .map_err(|error| fail(error.to_string()))
}
