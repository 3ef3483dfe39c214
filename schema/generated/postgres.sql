CREATE TABLE IF NOT EXISTS dbal_schema (
	version INTEGER NOT NULL,
	form INTEGER NOT NULL,
	"appliedAt" BIGINT,
	changes TEXT COLLATE "C" NOT NULL,
	definitions TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (version)
);
CREATE TABLE IF NOT EXISTS "InstalledPackage" (
	id TEXT COLLATE "C" NOT NULL,
	"packageId" TEXT COLLATE "C" NOT NULL,
	"tenantId" TEXT COLLATE "C",
	"installedAt" BIGINT NOT NULL,
	version TEXT COLLATE "C" NOT NULL,
	enabled BOOLEAN NOT NULL,
	config TEXT COLLATE "C",
	PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS "i_InstalledPackage_tenantId_id" ON "InstalledPackage" ("tenantId" ASC NULLS FIRST, id ASC);
CREATE UNIQUE INDEX IF NOT EXISTS "u_InstalledPackage_packageId" ON "InstalledPackage" ("tenantId", "packageId");
CREATE UNIQUE INDEX IF NOT EXISTS "u_InstalledPackage_packageId_no_tenant" ON "InstalledPackage" ("packageId") WHERE "tenantId" IS NULL;
CREATE TABLE IF NOT EXISTS "PageConfig" (
	id TEXT COLLATE "C" NOT NULL,
	"tenantId" TEXT COLLATE "C",
	"packageId" TEXT COLLATE "C",
	path TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	description TEXT COLLATE "C",
	icon TEXT COLLATE "C",
	component TEXT COLLATE "C",
	"parentPath" TEXT COLLATE "C",
	"componentTree" TEXT COLLATE "C" NOT NULL,
	level INTEGER NOT NULL,
	"requiresAuth" BOOLEAN NOT NULL,
	"requiredRole" TEXT COLLATE "C",
	"sortOrder" INTEGER NOT NULL,
	"isPublished" BOOLEAN NOT NULL,
	params TEXT COLLATE "C",
	meta TEXT COLLATE "C",
	"createdAt" BIGINT NOT NULL,
	"updatedAt" BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS "i_PageConfig_tenantId_id" ON "PageConfig" ("tenantId" ASC NULLS FIRST, id ASC);
CREATE UNIQUE INDEX IF NOT EXISTS "u_PageConfig_path" ON "PageConfig" ("tenantId", path);
CREATE UNIQUE INDEX IF NOT EXISTS "u_PageConfig_path_no_tenant" ON "PageConfig" (path) WHERE "tenantId" IS NULL;
CREATE TABLE IF NOT EXISTS "User" (
	id TEXT COLLATE "C" NOT NULL,
	username TEXT COLLATE "C" NOT NULL,
	email TEXT COLLATE "C" NOT NULL,
	role TEXT COLLATE "C" NOT NULL,
	"profilePicture" TEXT COLLATE "C",
	bio TEXT COLLATE "C",
	"createdAt" BIGINT NOT NULL,
	"tenantId" TEXT COLLATE "C",
	"isInstanceOwner" BOOLEAN NOT NULL,
	"passwordChangeTimestamp" BIGINT,
	"firstLogin" BOOLEAN NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS "i_User_tenantId_id" ON "User" ("tenantId" ASC NULLS FIRST, id ASC);
CREATE UNIQUE INDEX IF NOT EXISTS "u_User_email" ON "User" (email);
CREATE UNIQUE INDEX IF NOT EXISTS "u_User_username" ON "User" (username);
CREATE TABLE IF NOT EXISTS "ComponentNode" (
	id TEXT COLLATE "C" NOT NULL,
	"pageId" TEXT COLLATE "C" NOT NULL,
	"parentId" TEXT COLLATE "C",
	type TEXT COLLATE "C" NOT NULL,
	"childIds" TEXT COLLATE "C" NOT NULL,
	"order" INTEGER NOT NULL,
	props TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT "f_ComponentNode_pageId" FOREIGN KEY("pageId") REFERENCES "PageConfig" (id) ON DELETE CASCADE,
	CONSTRAINT "f_ComponentNode_parentId" FOREIGN KEY("parentId") REFERENCES "ComponentNode" (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "i_ComponentNode_pageId" ON "ComponentNode" ("pageId" ASC);
CREATE INDEX IF NOT EXISTS "i_ComponentNode_parentId" ON "ComponentNode" ("parentId" ASC NULLS FIRST);
CREATE TABLE IF NOT EXISTS "Credential" (
	username TEXT COLLATE "C" NOT NULL,
	"passwordHash" TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (username),
	CONSTRAINT "f_Credential_username" FOREIGN KEY(username) REFERENCES "User" (username) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE IF NOT EXISTS "Post" (
	id TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	slug TEXT COLLATE "C",
	body TEXT COLLATE "C",
	rating DOUBLE PRECISION,
	views BIGINT NOT NULL,
	published BOOLEAN NOT NULL,
	"publishedOn" TEXT COLLATE "C",
	data TEXT COLLATE "C",
	"ownerId" TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT "f_Post_ownerId" FOREIGN KEY("ownerId") REFERENCES "User" (id) ON DELETE SET NULL
);
CREATE INDEX IF NOT EXISTS "i_Post_ownerId" ON "Post" ("ownerId" ASC NULLS FIRST);
CREATE UNIQUE INDEX IF NOT EXISTS "u_Post_slug" ON "Post" (slug);
CREATE TABLE IF NOT EXISTS "Session" (
	id TEXT COLLATE "C" NOT NULL,
	"userId" TEXT COLLATE "C" NOT NULL,
	token TEXT COLLATE "C" NOT NULL,
	"expiresAt" BIGINT NOT NULL,
	"createdAt" BIGINT NOT NULL,
	"lastActivity" BIGINT NOT NULL,
	"ipAddress" TEXT COLLATE "C",
	"userAgent" TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT "f_Session_userId" FOREIGN KEY("userId") REFERENCES "User" (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "i_Session_userId" ON "Session" ("userId" ASC);
CREATE UNIQUE INDEX IF NOT EXISTS "u_Session_token" ON "Session" (token);
CREATE TABLE IF NOT EXISTS "Workflow" (
	id TEXT COLLATE "C" NOT NULL,
	"tenantId" TEXT COLLATE "C",
	name TEXT COLLATE "C" NOT NULL,
	description TEXT COLLATE "C",
	nodes TEXT COLLATE "C" NOT NULL,
	edges TEXT COLLATE "C" NOT NULL,
	enabled BOOLEAN NOT NULL,
	version INTEGER NOT NULL,
	"createdAt" BIGINT NOT NULL,
	"updatedAt" BIGINT NOT NULL,
	"createdBy" TEXT COLLATE "C",
	PRIMARY KEY (id),
	CONSTRAINT "f_Workflow_createdBy" FOREIGN KEY("createdBy") REFERENCES "User" (id) ON DELETE SET NULL
);
CREATE INDEX IF NOT EXISTS "i_Workflow_createdBy" ON "Workflow" ("createdBy" ASC NULLS FIRST);
CREATE INDEX IF NOT EXISTS "i_Workflow_tenantId_id" ON "Workflow" ("tenantId" ASC NULLS FIRST, id ASC);
CREATE UNIQUE INDEX IF NOT EXISTS "u_Workflow_name" ON "Workflow" ("tenantId", name);
CREATE UNIQUE INDEX IF NOT EXISTS "u_Workflow_name_no_tenant" ON "Workflow" (name) WHERE "tenantId" IS NULL;
CREATE TABLE IF NOT EXISTS "Probe" (
	code TEXT COLLATE "C" NOT NULL,
	"tenantId" TEXT COLLATE "C",
	label TEXT COLLATE "C",
	amount INTEGER NOT NULL,
	ratio DOUBLE PRECISION,
	active BOOLEAN NOT NULL,
	"secretNote" TEXT COLLATE "C",
	pin TEXT COLLATE "C",
	"postId" TEXT COLLATE "C",
	"expiresAt" BIGINT,
	revision INTEGER NOT NULL,
	PRIMARY KEY (code),
	CONSTRAINT "f_Probe_postId" FOREIGN KEY("postId") REFERENCES "Post" (id)
);
CREATE INDEX IF NOT EXISTS "i_Probe_postId" ON "Probe" ("postId" ASC NULLS FIRST);
CREATE INDEX IF NOT EXISTS "i_Probe_tenantId_code" ON "Probe" ("tenantId" ASC NULLS FIRST, code ASC);
