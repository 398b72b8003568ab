//! Policies for a table downstream, written with the kit: one for each command, never for all; for named roles; each
//! function of the kit inside a `select`, so that it runs once for a statement and not once for a row.

mod apply;
mod children;
mod rights;
mod script;
mod table;
mod template;

pub use apply::{Applied, apply};
pub use children::Child;
pub use rights::all as all_rights;
pub use script::script;
pub use table::{ColumnType, Table, look_up};
pub use template::{OrgRoles, PolicyRequest, Template};
