//! Takes one guard of the gate away, by name, so that its case can be seen to fail.

use countersign_store_released::dialect::Dialect;

use crate::world::World;

impl World {
    pub async fn drop_guard(&self, guard: &str) {
        if guard == "reviews_one_open" {
            self.sql("DROP INDEX reviews_one_open").await;
            return;
        }
        match self.dialect() {
            Dialect::Sqlite => self.drop_on_sqlite(guard).await,
            Dialect::Postgres => self.drop_on_postgres(guard).await,
        }
    }

    async fn drop_on_postgres(&self, guard: &str) {
        let table =
            self.column(&format!("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = '{guard}'")).await;
        if let Some(table) = table.first() {
            self.sql(&format!("ALTER TABLE {table} DROP CONSTRAINT {guard}")).await;
            return;
        }
        // All triggers refuse through one function: let it overlook this guard. A statement-level trigger that returns
        // NULL still lets its statement run.
        self.sql(&format!(
            "CREATE OR REPLACE FUNCTION countersign_refuse(guard TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
             BEGIN
                 IF guard <> '{guard}' THEN
                     RAISE EXCEPTION '%', guard USING ERRCODE = 'check_violation', CONSTRAINT = guard;
                 END IF;
             END;
             $$"
        ))
        .await;
    }

    async fn drop_on_sqlite(&self, guard: &str) {
        let mut triggers =
            self.column(&format!("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name = '{guard}'")).await;
        if let Some(table) = guard.strip_suffix("_append_only") {
            triggers.extend([format!("{table}_no_update"), format!("{table}_no_delete")]);
        }
        if !triggers.is_empty() {
            for trigger in triggers {
                self.sql(&format!("DROP TRIGGER {trigger}")).await;
            }
            return;
        }
        let mut tables = self
            .column(&format!("SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CONSTRAINT {guard} %'"))
            .await;
        if tables.is_empty() {
            tables = self
                .column(&format!(
                    "SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CONSTRAINT {guard}' || char(10) || '%'"
                ))
                .await;
        }
        let before = tables.first().unwrap_or_else(|| panic!("there is no guard {guard}")).clone();
        let after = without(&before, guard).replace('\'', "''");
        let name = before.trim_start_matches("CREATE TABLE ").split_whitespace().next().unwrap().to_owned();
        self.sql(&format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_master SET sql = '{after}' WHERE type = 'table' AND name = '{name}';
             PRAGMA schema_version = 4711;
             PRAGMA writable_schema = RESET;"
        ))
        .await;
    }
}

/// The table's text with that constraint made always true.
fn without(table: &str, guard: &str) -> String {
    let start = table.find(&format!("CONSTRAINT {guard}")).unwrap();
    let clause = &table[start..];
    let groups = if clause[..clause.find('(').unwrap()].contains("FOREIGN KEY") { 2 } else { 1 };
    let (mut depth, mut closed) = (0, 0);
    for (at, c) in clause.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                closed += i32::from(depth == 0);
            }
            _ => {}
        }
        if closed == groups {
            return format!("{}CONSTRAINT {guard} CHECK (1){}", &table[..start], &clause[at + 1..]);
        }
    }
    panic!("{guard} has no end in {table}")
}
