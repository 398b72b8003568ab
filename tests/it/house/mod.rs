//! The house's rules, held by reading the source tree with `syn`: floors, crates, SQL, tables, shape.
//!
//! The floor table is `floors.txt`, the permitted joins are `joins.txt`. Each rule is a function from what
//! was read to a list of violations, tried on small sources beside it and then on the repository.

mod actors;
mod crates;
mod finder;
mod findings;
mod floors;
mod forms;
mod joins;
mod migrations;
mod mint;
mod names;
mod owners;
mod report;
mod shape;
mod source;
mod sql;
mod statements;
mod stores;
mod texts;
mod tokens;
mod tree;
mod unused;
mod walls;
