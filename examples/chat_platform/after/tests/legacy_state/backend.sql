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
INSERT INTO "messages" VALUES('7612bf73-4b28-457b-a939-fc0e0fce7bd9','thread_61a8e159549a','user','hello from alice',1.79563857113963699346e+09);
INSERT INTO "messages" VALUES('e0c3e8f5-8f50-4332-90b8-ae1259a9cda5','thread_61a8e159549a','agent','triage: hello from alice (3 facts)',1.79563857113963770868e+09);
INSERT INTO "messages" VALUES('b9af3757-7c9e-4d78-a1cf-9fdd32e855d2','thread_1f6a9d0b9293','user','hello from bob',1.79563857138609862329e+09);
INSERT INTO "messages" VALUES('17a8a905-5925-483f-ad78-69fd18b2dc96','thread_1f6a9d0b9293','agent','triage: hello from bob (3 facts)',1.79563857138609933852e+09);
CREATE TABLE runs (
	id VARCHAR(128) NOT NULL, 
	thread_id VARCHAR(128) NOT NULL, 
	request_id VARCHAR(128) NOT NULL, 
	execution_id VARCHAR(128) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(thread_id) REFERENCES threads (id)
);
INSERT INTO "runs" VALUES('run_c432d47ab697','thread_61a8e159549a','req_db5aab91c79c','2826d52f-271b-431c-b8f3-c4ef6c41c72a','done');
INSERT INTO "runs" VALUES('run_199777b6da5f','thread_1f6a9d0b9293','req_5d52c1cf2e1d','2398aa69-2001-49c0-87e8-294db11d6bed','done');
CREATE TABLE threads (
	id VARCHAR(128) NOT NULL, 
	user_id VARCHAR(128) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "threads" VALUES('thread_61a8e159549a','7b2d54b8-5c2c-4c28-8cef-42ac7761e5dd','');
INSERT INTO "threads" VALUES('thread_1f6a9d0b9293','cd2fd7b6-6bad-4f2a-bd65-9aaa2fb2b5f3','');
CREATE TABLE tool_calls (
	id VARCHAR(50) NOT NULL, 
	run_id VARCHAR(128) NOT NULL, 
	tool VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(run_id) REFERENCES runs (id)
);
INSERT INTO "tool_calls" VALUES('calendar_a216582d','run_c432d47ab697','calendar');
INSERT INTO "tool_calls" VALUES('search_2f281ca5','run_c432d47ab697','search');
INSERT INTO "tool_calls" VALUES('calendar_639194f0','run_199777b6da5f','calendar');
INSERT INTO "tool_calls" VALUES('search_bdd9d749','run_199777b6da5f','search');
CREATE INDEX ix_threads_user_id ON threads (user_id);
COMMIT;
