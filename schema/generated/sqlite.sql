CREATE TABLE IF NOT EXISTS dbal_schema (
	version INTEGER NOT NULL,
	form INTEGER NOT NULL,
	"appliedAt" BIGINT,
	changes TEXT NOT NULL,
	definitions TEXT NOT NULL,
	PRIMARY KEY (version)
);
CREATE TABLE IF NOT EXISTS "ComponentNode" (
	id TEXT NOT NULL,
	"pageId" TEXT NOT NULL,
	"parentId" TEXT,
	type TEXT NOT NULL,
	"childIds" TEXT NOT NULL,
	"order" INTEGER NOT NULL,
	props TEXT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT "f_ComponentNode_pageId" FOREIGN KEY("pageId") REFERENCES "PageConfig" (id) ON DELETE CASCADE,
	CONSTRAINT "f_ComponentNode_parentId" FOREIGN KEY("parentId") REFERENCES "ComponentNode" (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "i_ComponentNode_pageId" ON "ComponentNode" ("pageId");
CREATE INDEX IF NOT EXISTS "i_ComponentNode_parentId" ON "ComponentNode" ("parentId");
CREATE TABLE IF NOT EXISTS "Credential" (
	username TEXT NOT NULL,
	"passwordHash" TEXT NOT NULL,
	PRIMARY KEY (username),
	CONSTRAINT "f_Credential_username" FOREIGN KEY(username) REFERENCES "User" (username) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE IF NOT EXISTS "InstalledPackage" (
	id TEXT NOT NULL,
	"packageId" TEXT NOT NULL,
	"tenantId" TEXT,
	"installedAt" BIGINT NOT NULL,
	version TEXT NOT NULL,
	enabled INTEGER NOT NULL,
	config TEXT,
	PRIMARY KEY (id),
	CONSTRAINT "c_InstalledPackage_enabled" CHECK (enabled IN (0, 1))
);
CREATE INDEX IF NOT EXISTS "i_InstalledPackage_tenantId_id" ON "InstalledPackage" ("tenantId", id);
CREATE UNIQUE INDEX IF NOT EXISTS "u_InstalledPackage_packageId" ON "InstalledPackage" ("tenantId", "packageId");
CREATE UNIQUE INDEX IF NOT EXISTS "u_InstalledPackage_packageId_no_tenant" ON "InstalledPackage" ("packageId") WHERE "tenantId" IS NULL;
CREATE TABLE IF NOT EXISTS "PageConfig" (
	id TEXT NOT NULL,
	"tenantId" TEXT,
	"packageId" TEXT,
	path TEXT NOT NULL,
	title TEXT NOT NULL,
	description TEXT,
	icon TEXT,
	component TEXT,
	"parentPath" TEXT,
	"componentTree" TEXT NOT NULL,
	level INTEGER NOT NULL,
	"requiresAuth" INTEGER NOT NULL,
	"requiredRole" TEXT,
	"sortOrder" INTEGER NOT NULL,
	"isPublished" INTEGER NOT NULL,
	params TEXT,
	meta TEXT,
	"createdAt" BIGINT NOT NULL,
	"updatedAt" BIGINT NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT "c_PageConfig_requiresAuth" CHECK ("requiresAuth" IN (0, 1)),
	CONSTRAINT "c_PageConfig_isPublished" CHECK ("isPublished" IN (0, 1))
);
CREATE INDEX IF NOT EXISTS "i_PageConfig_tenantId_id" ON "PageConfig" ("tenantId", id);
CREATE UNIQUE INDEX IF NOT EXISTS "u_PageConfig_path" ON "PageConfig" ("tenantId", path);
CREATE UNIQUE INDEX IF NOT EXISTS "u_PageConfig_path_no_tenant" ON "PageConfig" (path) WHERE "tenantId" IS NULL;
CREATE TABLE IF NOT EXISTS "Post" (
	id TEXT NOT NULL,
	title TEXT NOT NULL,
	slug TEXT,
	body TEXT,
	rating DOUBLE,
	views BIGINT NOT NULL,
	published INTEGER NOT NULL,
	"publishedOn" TEXT,
	data TEXT,
	"ownerId" TEXT,
	PRIMARY KEY (id),
	CONSTRAINT "f_Post_ownerId" FOREIGN KEY("ownerId") REFERENCES "User" (id) ON DELETE SET NULL,
	CONSTRAINT "c_Post_published" CHECK (published IN (0, 1))
);
CREATE INDEX IF NOT EXISTS "i_Post_ownerId" ON "Post" ("ownerId");
CREATE UNIQUE INDEX IF NOT EXISTS "u_Post_slug" ON "Post" (slug);
CREATE TABLE IF NOT EXISTS "Probe" (
	code TEXT NOT NULL,
	"tenantId" TEXT,
	label TEXT,
	amount INTEGER NOT NULL,
	ratio DOUBLE,
	active INTEGER NOT NULL,
	"secretNote" TEXT,
	pin TEXT,
	"postId" TEXT,
	"expiresAt" BIGINT,
	revision INTEGER NOT NULL,
	PRIMARY KEY (code),
	CONSTRAINT "f_Probe_postId" FOREIGN KEY("postId") REFERENCES "Post" (id),
	CONSTRAINT "c_Probe_active" CHECK (active IN (0, 1))
);
CREATE INDEX IF NOT EXISTS "i_Probe_postId" ON "Probe" ("postId");
CREATE INDEX IF NOT EXISTS "i_Probe_tenantId_code" ON "Probe" ("tenantId", code);
CREATE TABLE IF NOT EXISTS "Session" (
	id TEXT NOT NULL,
	"userId" TEXT NOT NULL,
	token TEXT NOT NULL,
	"expiresAt" BIGINT NOT NULL,
	"createdAt" BIGINT NOT NULL,
	"lastActivity" BIGINT NOT NULL,
	"ipAddress" TEXT,
	"userAgent" TEXT,
	PRIMARY KEY (id),
	CONSTRAINT "f_Session_userId" FOREIGN KEY("userId") REFERENCES "User" (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "i_Session_userId" ON "Session" ("userId");
CREATE UNIQUE INDEX IF NOT EXISTS "u_Session_token" ON "Session" (token);
CREATE TABLE IF NOT EXISTS "User" (
	id TEXT NOT NULL,
	username TEXT NOT NULL,
	email TEXT NOT NULL,
	role TEXT NOT NULL,
	"profilePicture" TEXT,
	bio TEXT,
	"createdAt" BIGINT NOT NULL,
	"tenantId" TEXT,
	"isInstanceOwner" INTEGER NOT NULL,
	"passwordChangeTimestamp" BIGINT,
	"firstLogin" INTEGER NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT "c_User_isInstanceOwner" CHECK ("isInstanceOwner" IN (0, 1)),
	CONSTRAINT "c_User_firstLogin" CHECK ("firstLogin" IN (0, 1))
);
CREATE INDEX IF NOT EXISTS "i_User_tenantId_id" ON "User" ("tenantId", id);
CREATE UNIQUE INDEX IF NOT EXISTS "u_User_email" ON "User" (email);
CREATE UNIQUE INDEX IF NOT EXISTS "u_User_username" ON "User" (username);
CREATE TABLE IF NOT EXISTS "Workflow" (
	id TEXT NOT NULL,
	"tenantId" TEXT,
	name TEXT NOT NULL,
	description TEXT,
	nodes TEXT NOT NULL,
	edges TEXT NOT NULL,
	enabled INTEGER NOT NULL,
	version INTEGER NOT NULL,
	"createdAt" BIGINT NOT NULL,
	"updatedAt" BIGINT NOT NULL,
	"createdBy" TEXT,
	PRIMARY KEY (id),
	CONSTRAINT "f_Workflow_createdBy" FOREIGN KEY("createdBy") REFERENCES "User" (id) ON DELETE SET NULL,
	CONSTRAINT "c_Workflow_enabled" CHECK (enabled IN (0, 1))
);
CREATE INDEX IF NOT EXISTS "i_Workflow_createdBy" ON "Workflow" ("createdBy");
CREATE INDEX IF NOT EXISTS "i_Workflow_tenantId_id" ON "Workflow" ("tenantId", id);
CREATE UNIQUE INDEX IF NOT EXISTS "u_Workflow_name" ON "Workflow" ("tenantId", name);
CREATE UNIQUE INDEX IF NOT EXISTS "u_Workflow_name_no_tenant" ON "Workflow" (name) WHERE "tenantId" IS NULL;
