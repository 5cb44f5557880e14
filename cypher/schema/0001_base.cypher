// purpose: The first schema: one unique key per label, and the indexes. On the embedded engine the typed
//   properties of 0001_base.arcadedb.sql come first: an index over untyped integers would pin their type.
CREATE CONSTRAINT enterprise_eid IF NOT EXISTS FOR (n:Enterprise) REQUIRE n.eid IS UNIQUE
;
CREATE CONSTRAINT person_pid IF NOT EXISTS FOR (n:Person) REQUIRE n.pid IS UNIQUE
;
CREATE CONSTRAINT address_aid IF NOT EXISTS FOR (n:Address) REQUIRE n.aid IS UNIQUE
;
CREATE CONSTRAINT phone_number IF NOT EXISTS FOR (n:Phone) REQUIRE n.number IS UNIQUE
;
CREATE CONSTRAINT record_sid IF NOT EXISTS FOR (n:Record) REQUIRE n.sid IS UNIQUE
;
CREATE CONSTRAINT batch_bid IF NOT EXISTS FOR (n:Batch) REQUIRE n.bid IS UNIQUE
;
CREATE CONSTRAINT source_name IF NOT EXISTS FOR (n:Source) REQUIRE n.name IS UNIQUE
;
CREATE CONSTRAINT state_name IF NOT EXISTS FOR (n:State) REQUIRE n.name IS UNIQUE
;
CREATE CONSTRAINT lock_name IF NOT EXISTS FOR (n:Lock) REQUIRE n.name IS UNIQUE
;
CREATE CONSTRAINT run_rid IF NOT EXISTS FOR (n:Run) REQUIRE n.rid IS UNIQUE
;
CREATE CONSTRAINT absence_aid IF NOT EXISTS FOR (n:Absence) REQUIRE n.aid IS UNIQUE
;
CREATE CONSTRAINT group_gid IF NOT EXISTS FOR (n:Group) REQUIRE n.gid IS UNIQUE
;
CREATE CONSTRAINT grade_gid IF NOT EXISTS FOR (n:Grade) REQUIRE n.gid IS UNIQUE
;
CREATE CONSTRAINT migration_number IF NOT EXISTS FOR (n:Migration) REQUIRE n.number IS UNIQUE
;
CREATE INDEX record_source_key IF NOT EXISTS FOR (n:Record) ON (n.source, n.key)
;
CREATE INDEX record_known_from IF NOT EXISTS FOR (n:Record) ON (n.known_from)
;
CREATE INDEX record_known_to IF NOT EXISTS FOR (n:Record) ON (n.known_to)
;
CREATE INDEX record_valid_from IF NOT EXISTS FOR (n:Record) ON (n.valid_from)
;
CREATE INDEX record_valid_to IF NOT EXISTS FOR (n:Record) ON (n.valid_to)
;
CREATE INDEX record_subject_ref IF NOT EXISTS FOR (n:Record) ON (n.subject_ref)
;
CREATE INDEX record_fault_count IF NOT EXISTS FOR (n:Record) ON (n.fault_count)
;
CREATE INDEX record_eid IF NOT EXISTS FOR (n:Record) ON (n.eid)
;
CREATE INDEX batch_seq IF NOT EXISTS FOR (n:Batch) ON (n.seq)
;
CREATE INDEX absence_source IF NOT EXISTS FOR (n:Absence) ON (n.source)
;
CREATE INDEX enterprise_org_code IF NOT EXISTS FOR (n:Enterprise) ON (n.org_code)
;
CREATE INDEX enterprise_registration_number IF NOT EXISTS FOR (n:Enterprise) ON (n.registration_number)
;
CREATE INDEX enterprise_name IF NOT EXISTS FOR (n:Enterprise) ON (n.name)
;
CREATE INDEX enterprise_district IF NOT EXISTS FOR (n:Enterprise) ON (n.district)
;
CREATE INDEX enterprise_level IF NOT EXISTS FOR (n:Enterprise) ON (n.level)
;
CREATE INDEX enterprise_cache_seq IF NOT EXISTS FOR (n:Enterprise) ON (n.cache_seq)
;
