"""What an operator types, a module a group: companies, people, keys, the database, the server itself."""
