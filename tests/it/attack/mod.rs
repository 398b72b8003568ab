//! Attacks, each by its id in the catalogue: what must happen, and what must not remain.

mod authorize_answer;
mod authorize_flow;
mod authorize_parameters;
mod authorize_prompt;
mod browser_posts;
mod code;
mod code_endings;
mod denial_hashing;
mod denial_size;
mod denial_slowness;
pub mod evidence;
pub mod holdings;
mod jwks;
mod jwt;
mod jwt_forgeries;
mod jwt_mutants;
mod jwt_purposes;
mod logs;
mod pkce;
mod redirect_uri;
mod redirect_uri_variants;
mod refresh;
mod refresh_bindings;
mod refresh_endings;
mod refresh_lifetimes;
mod refresh_revocation;
