home-title = Ti diamo il benvenuto
home-heading = Server di accesso
home-text = Le applicazioni ti mandano qui per accedere. Non è necessario visitare questa pagina direttamente.
home-discovery = Documento di discovery, per sviluppatori
