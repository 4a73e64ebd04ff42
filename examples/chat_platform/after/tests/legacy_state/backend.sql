BEGIN TRANSACTION;
CREATE TABLE messages (
	id VARCHAR(128) NOT NULL, 
	thread_id VARCHAR(128) NOT NULL, 
	author VARCHAR(16) NOT NULL, 
	text VARCHAR NOT NULL, 
	created_at FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(thread_id) REFERENCES threads (id)
);
INSERT INTO "messages" VALUES('6f889714-de47-4c29-b0c5-5db9f63a56e5','thread_316a1da57e1f','user','hello from alice',1.79563737902586126327e+09);
INSERT INTO "messages" VALUES('3e56ea75-3bfe-4817-8bad-5809cae7ebe0','thread_316a1da57e1f','agent','triage: hello from alice (3 facts)',1.79563737902586221693e+09);
INSERT INTO "messages" VALUES('370e7cd9-55af-416c-b38a-e0ade1875816','thread_fafb7fcd2b83','user','hello from bob',1.7956373791899356842e+09);
INSERT INTO "messages" VALUES('841ab101-9a02-41e0-ab85-5afd5149d434','thread_fafb7fcd2b83','agent','triage: hello from bob (3 facts)',1.79563737918993639947e+09);
CREATE TABLE runs (
	id VARCHAR(128) NOT NULL, 
	thread_id VARCHAR(128) NOT NULL, 
	request_id VARCHAR(128) NOT NULL, 
	execution_id VARCHAR(128) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(thread_id) REFERENCES threads (id)
);
INSERT INTO "runs" VALUES('run_36f65440bd52','thread_316a1da57e1f','req_9b46a34c4c2e','128c87c9-824f-4dae-87d0-fb9ecd8d7d76','done');
INSERT INTO "runs" VALUES('run_7a8e5bdee647','thread_fafb7fcd2b83','req_9d5e1bb33c99','74dde6fc-503c-496b-aa83-f7f3fe08055d','done');
CREATE TABLE threads (
	id VARCHAR(128) NOT NULL, 
	user_id VARCHAR(128) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "threads" VALUES('thread_316a1da57e1f','879956eb-01ec-432e-ab28-f54eefbcba1d','');
INSERT INTO "threads" VALUES('thread_fafb7fcd2b83','dcc0320e-48dd-4921-9691-16fca0cdf545','');
CREATE TABLE tool_calls (
	id VARCHAR(50) NOT NULL, 
	run_id VARCHAR(128) NOT NULL, 
	tool VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "tool_calls" VALUES('calendar_056f47bb','run_36f65440bd52','calendar');
INSERT INTO "tool_calls" VALUES('search_6b344e57','run_36f65440bd52','search');
INSERT INTO "tool_calls" VALUES('calendar_b158bc3b','run_7a8e5bdee647','calendar');
INSERT INTO "tool_calls" VALUES('search_5819b6e7','run_7a8e5bdee647','search');
CREATE INDEX ix_threads_user_id ON threads (user_id);
COMMIT;
