"""What `airlift up` needs of this machine: engine, accounts, ports, parts, doctor."""
