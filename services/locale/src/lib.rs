//! Values as readers of a locale write them: numbers, dates, times, durations, prices, units, lists. Pure functions.
//!
//! The rules are those of CLDR 49 (ICU4X 2.4, compiled in, so every machine writes the same), and time zones are those
//! of the database that jiff bundles. What CLDR does not have is in two tables of ours: [`per`](crate::per()) (“per user
//! per month”) and the symbols of `unit.rs`. Dates are always Gregorian. A language that CLDR has no words for is an
//! error, never English by default. Start reading at `number.rs`; to add a kind, add a file here.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod date;
mod decimal;
mod error;
mod experimental;
mod list;
mod number;
mod per;
mod price;
mod tag;
mod time;
mod unit;
mod zone;

#[cfg(test)]
mod table;

pub use date::{Day, date};
pub use decimal::Exact;
pub use error::LocaleError;
pub use list::list;
pub use number::{number, percent};
pub use per::{Per, per};
pub use price::{Currency, price};
pub use time::{Clock, date_time, local_date_time, local_time, time};
pub use unit::{Unit, duration, unit};
pub use zone::{Moment, Zone};
