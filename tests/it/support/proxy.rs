//! A TCP proxy before a database: what a network, a load balancer or a failover does to connections.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use sqlx::postgres::PgConnectOptions;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;

use super::database::TestDatabase;

/// A proxy under way; it ends with the test.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    way: Mutex<Way>,
    end: CancellationToken,
}

/// What becomes of connections that are opened now.
#[derive(Clone)]
struct Way {
    socket: PathBuf,
    frozen: CancellationToken,
    cut: CancellationToken,
}

impl Way {
    fn to(socket: PathBuf) -> Self {
        Self {
            socket,
            frozen: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }
}

impl Proxy {
    /// A proxy to the server of a database, which listens on a local socket.
    pub async fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            way: Mutex::new(Way::to(socket_of(url))),
            end: CancellationToken::new(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            let end = serving.end.clone();
            let accept = async {
                while let Ok((client, _)) = listener.accept().await {
                    let way = serving.way.lock().expect("not poisoned").clone();
                    tokio::spawn(serving.end.clone().run_until_cancelled_owned(carry(client, way)));
                }
            };
            end.run_until_cancelled(accept).await;
        });
        Self { port, shared }
    }

    /// The same role and database by way of this proxy.
    pub fn through(&self, url: &str) -> String {
        let options: PgConnectOptions = url.parse().expect("a database URL");
        let (role, name) = (
            options.get_username(),
            options.get_database().expect("a database"),
        );
        format!("postgres://{role}@127.0.0.1:{}/{name}?sslmode=disable", self.port)
    }

    /// The same database by way of this proxy; its administrator goes there directly.
    pub fn before(&self, database: &TestDatabase) -> TestDatabase {
        TestDatabase {
            url: self.through(&database.url),
            hook_url: self.through(&database.hook_url),
            ..database.again()
        }
    }

    /// From here on nothing passes on the connections that there are, and nobody is told; new ones work.
    pub fn freeze(&self) {
        self.replace(|way| Way {
            frozen: CancellationToken::new(),
            ..way.clone()
        })
        .frozen
        .cancel();
    }

    /// From here on nothing passes on any connection, old or new, and nobody is told.
    pub fn silence(&self) {
        self.shared.way.lock().expect("not poisoned").frozen.cancel();
    }

    /// New connections work again; those that there are stay as they are.
    pub fn recover(&self) {
        self.replace(|way| Way::to(way.socket.clone()));
    }

    /// Ends the connections that there are; new ones work.
    pub fn cut(&self) {
        self.replace(|way| Way {
            cut: CancellationToken::new(),
            ..way.clone()
        })
        .cut
        .cancel();
    }

    /// From here on new connections reach another server; those that there are stay where they are.
    pub fn switch(&self, database: &TestDatabase) {
        let socket = socket_of(&database.url);
        self.replace(|way| Way {
            socket,
            ..way.clone()
        });
    }

    fn replace(&self, change: impl FnOnce(&Way) -> Way) -> Way {
        let mut way = self.shared.way.lock().expect("not poisoned");
        let changed = change(&way);
        std::mem::replace(&mut way, changed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.end.cancel();
    }
}

fn socket_of(url: &str) -> PathBuf {
    let options: PgConnectOptions = url.parse().expect("a database URL");
    let folder = options.get_socket().expect("a socket").clone();
    folder.join(format!(".s.PGSQL.{}", options.get_port()))
}

async fn carry(mut client: TcpStream, way: Way) {
    let Ok(mut server) = UnixStream::connect(&way.socket).await else {
        return;
    };
    let carried = async {
        // First whether it is frozen: on a busy machine what is sent after `freeze` would pass all the same.
        tokio::select! {
            biased;
            // Both sides stay open, and hear nothing.
            () = way.frozen.cancelled() => std::future::pending().await,
            _ = copy_bidirectional(&mut client, &mut server) => {}
        }
    };
    way.cut.run_until_cancelled(carried).await;
}
