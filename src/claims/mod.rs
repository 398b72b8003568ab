//! What we say: the one mint path. Facts come in, the hook's claims are merged behind the locks, and one table says
//! which claim goes to which output.

pub mod assemble;
pub mod outputs;
pub mod preview;
pub mod replay;
