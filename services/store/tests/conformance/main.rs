//! One suite for both databases: each case is a function that gets a fresh world; a macro stamps it onto SQLite (a
//! file) and PostgreSQL (a database of its own, made in the server that `COUNTERSIGN_TEST_POSTGRES` names, such as
//! `postgres://postgres@127.0.0.1:5432/postgres`, and dropped afterwards).
//!
//! Start reading at [`flow`], the way of one asset; [`gate`] goes round the repositories and tries to cheat. To add a
//! case: an `async fn case(world: World)` in the fitting file, and its name in that file's `conformance!` list.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod away;
mod certification;
mod flow;
mod gate;
mod imports;
mod jobs;
mod library;
mod partners;
mod people;
mod random;
mod raw;
mod trail;
mod unguard;
mod upgrade;
mod world;
