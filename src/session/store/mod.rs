//! The statements on `auth.sessions`.

mod live;
mod notice;

pub(super) use live::{
    Started, count_live, end, end_all_of_user, expire, find_live, start, switch_organization,
};
pub(super) use notice::{owner, participants};
