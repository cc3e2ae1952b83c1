"""Listings that somebody saved, whole and damaged, and files that are none."""

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from pertract.errors import EmptySource, SourceError, SourceNotFound, UnreadableSource
from pertract.sources import hdfs

ROOT = Path(__file__).resolve().parents[4]
RECORDED = ROOT / "tests/data/hadoop"
SHARED = ROOT.parent / "shared/data/yarn"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the samples in ../shared are not here")


def facts(listing):
    return {file.path: (file.size_bytes, file.replication) for file in listing.files}


def test_all_forms_of_the_same_file_system_tell_the_same():
    table, xml, text = (
        hdfs.read(RECORDED / "fsimage" / n) for n in ("fsimage.tsv", "fsimage.xml", "ls-R.txt")
    )
    assert len(table.files) == 32  # totalFiles of sizes.txt
    assert sum(file.size_bytes * file.replication for file in table.files) == 21000870  # totalSpace
    assert facts(table) == facts(xml) == facts(text)
    assert {file.block_bytes for file in xml.files} == {1048576}
    assert table.notes == xml.notes == text.notes == []


def test_the_output_of_fsck_tells_blocks_hosts_and_racks():
    listing = hdfs.read(RECORDED / "fsck.txt")
    first = listing.files[0]
    assert (first.path, first.size_bytes, first.replication) == ("/data/m-small/part-0.txt", 10400720, 2)
    assert len(first.blocks) == 10
    assert sum(block.length for block in first.blocks) == first.size_bytes
    assert first.blocks[9] == (9437184, 963536, ("127.0.0.1", "127.0.0.1"))
    cut = hdfs.read(RECORDED / "fsck-racks-cut.txt")
    assert cut.racks == {"127.0.0.1": "/default-rack"}
    assert "breaks off" in cut.notes[0]


@pytest.mark.parametrize(
    ("line", "path", "blocks"),
    [
        (b"/user/a b 300 bytes, 3 block(s):  OK", "/user/a b", 300),  # Hadoop 2
        (b"/e 5 bytes, erasure-coded: policy=RS-6-3-1024k, 1 block(s):  OK", "/e", 5),
        (b"/m 5 bytes, replicated: replication=3, 1 block(s):  MISSING 1 blocks", "/m", 5),
    ],
)
def test_lines_of_fsck_of_all_versions_are_understood(tmp_path, line, path, blocks):
    (tmp_path / "out").write_bytes(b"FSCK started by x\n" + line + b"\nStatus: HEALTHY\n")
    (file,) = hdfs.read(tmp_path / "out").files
    assert (file.path, file.size_bytes) == (path, blocks)


def test_answers_in_a_folder_named_as_asked_for_belong_together():
    listing = hdfs.read(RECORDED / "locality/webhdfs")
    (file,) = listing.files
    assert (file.path, file.size_bytes, file.replication) == ("/data/h-words/part-0.txt", 20801353, 2)
    assert len(file.blocks) == 20
    assert listing.addresses["127.0.0.2"] == "127.0.0.1"


def test_blocks_without_a_path_belong_to_the_file_of_their_size():
    (file,) = hdfs.read(RECORDED / "webhdfs").files
    assert (file.path, len(file.blocks)) == ("part-0.txt", 4)


def test_totals_of_a_folder_are_kept():
    listing = hdfs.read(RECORDED / "webhdfs/GETCONTENTSUMMARY.json")
    assert [(t.files, t.size_bytes, t.replication) for t in listing.totals] == [(1, 4160104, 2)]


def test_parts_of_a_listing_that_are_missing_are_told(tmp_path):
    def part(name, remaining):
        inside = {"FileStatuses": {"FileStatus": [{"pathSuffix": name, "type": "FILE", "length": 1}]}}
        return json.dumps({"DirectoryListing": {"partialListing": inside, "remainingEntries": remaining}})

    folder = tmp_path / "webhdfs/v1/d"
    folder.mkdir(parents=True)
    (folder / "LISTSTATUS_BATCH.json").write_text(part("a", 2))
    (folder / "LISTSTATUS_BATCH_2.json").write_text(part("b", 1))
    listing = hdfs.read(tmp_path)
    assert [file.path for file in listing.files] == ["/d/a", "/d/b"]
    assert "1 entries of /d are missing" in listing.notes[0]
    (folder / "LISTSTATUS_BATCH_3.json").write_text(part("c", 0))
    assert hdfs.read(tmp_path).notes == []


@pytest.mark.parametrize("name", ["fsimage.tsv", "fsimage.xml", "ls-R.txt"])
def test_compressed_and_cut_listings_are_read_as_far_as_they_go(tmp_path, name):
    whole = (RECORDED / "fsimage" / name).read_bytes()
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(whole))
    assert facts(hdfs.read(packed)) == facts(hdfs.read(RECORDED / "fsimage" / name))
    # Random bytes do not pack, so that the cut hits the middle and not only the checksum.
    packed.write_bytes(gzip.compress(whole, compresslevel=0)[: len(whole) * 3 // 4])
    listing = hdfs.read(packed)
    assert listing.files
    assert "damaged or breaks off" in " ".join(listing.notes)
    (tmp_path / name).write_bytes(whole[: len(whole) * 3 // 4])
    listing = hdfs.read(tmp_path / name)
    assert listing.files
    if name == "fsimage.xml":
        assert "breaks off" in listing.notes[0]


def test_a_table_may_have_another_delimiter_even_in_paths(tmp_path):
    text = "Path,Replication,ModificationTime,AccessTime,PreferredBlockSize,BlocksCount,FileSize,Permission\n"
    text += "/a,b,3,2020-01-01 00:00,2020-01-01 00:00,128,2,200,-rw-r--r--\n"
    text += "/d,0,2020-01-01 00:00,1970-01-01 00:00,0,0,0,drwxr-xr-x\n/x,3,2020\n"
    (tmp_path / "t.csv").write_text(text)
    listing = hdfs.read(tmp_path / "t.csv")
    assert [(f.path, f.size_bytes, f.replication) for f in listing.files] == [("/a,b", 200, 3)]
    assert "1 lines" in listing.notes[0]


def test_old_images_name_folders_another_way(tmp_path):
    xml = """<?xml version="1.0"?><fsimage><INodeSection><lastInodeId>3</lastInodeId>
    <inode><id>1</id><type>DIRECTORY</type><name></name></inode>
    <inode><id>2</id><type>FILE</type><name>f</name><replication>1</replication>
    <perferredBlockSize>128</perferredBlockSize><blocks><block><id>9</id><numBytes>5</numBytes></block>
    <block><id>8</id><numBytes>6</numBytes></block></blocks></inode></INodeSection>
    <INodeDirectorySection><directory><parent>1</parent><inode>2</inode></directory></INodeDirectorySection>
    </fsimage>"""
    (tmp_path / "i.xml").write_text(xml)
    (file,) = hdfs.read(tmp_path / "i.xml").files
    assert (file.path, file.size_bytes, file.block_bytes, file.replication) == ("/f", 11, 128, 1)


def test_a_folder_of_any_file_system_is_listed_with_sizes(tmp_path):
    (tmp_path / "d/e").mkdir(parents=True)
    (tmp_path / "d/e/f.parquet").write_bytes(b"PAR1....")
    (tmp_path / "d/g.txt").write_bytes(b"abc\n")
    listing = hdfs.read(tmp_path / "d")
    assert {(f.path, f.size_bytes) for f in listing.files} == {
        (str(tmp_path / "d/e/f.parquet"), 8),
        (str(tmp_path / "d/g.txt"), 4),
    }


@pytest.mark.parametrize(
    ("content", "said", "hint"),
    [
        (b"", "empty", "again"),
        (b"HDFSIMG1\x00\x01", "image of a NameNode", "hdfs oiv -p XML -i here"),
        (b"<?xml version='1.0'?><EDITS><EDITS_VERSION>", "changes (edits)", "fetchImage"),
        (b"<html><body>Sign in", "HTML page", "WebHDFS"),
        (b'{"boolean": true}', "JSON that tells of boolean", "LISTSTATUS"),
        (
            b'{"RemoteException":{"exception":"StandbyException","message":"no"}}',
            "refused to answer",
            "active",
        ),
        (b'{"FileStatuses":{"FileStatus":[{"pathSuffix":"a","type":"FILE","len', "damaged", "again"),
        (b'{"FileStatuses":{"FileStatus":{}}}', "damaged or of another version", "again"),
        (b"Event,Time\n1,2\n", "plain text", "hdfs oiv"),
        (b'<?xml version="1.0"?><fsimage><INode', "no file in it can be read", "again"),
    ],
)
def test_each_file_that_is_none_is_refused_with_what_to_do(tmp_path, content, said, hint):
    (tmp_path / "here").write_bytes(content)
    with pytest.raises(SourceError) as raised:
        hdfs.read(tmp_path / "here")
    assert said in str(raised.value)
    assert hint in raised.value.hint
    assert raised.value.exit_code == 3


def test_one_damaged_answer_among_others_is_told(tmp_path):
    shutil.copytree(RECORDED / "locality/webhdfs", tmp_path / "webhdfs")
    (tmp_path / "webhdfs/v1/bad.json").write_text('{"FileStatuses": {')
    (tmp_path / "webhdfs/v1/other.txt").write_text("notes of mine")
    listing = hdfs.read(tmp_path)
    assert len(listing.files) == 1
    assert [("bad.json" in note) for note in listing.notes] == [True]


def test_nothing_at_all_is_said():
    with pytest.raises(SourceNotFound):
        hdfs.read("/nonexistent/listing.xml")


@needs_shared
@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("rest_docs/webhdfs/LISTSTATUS.json", [("a.patch", 24930, 33554432, 1)]),
        ("rest_docs/webhdfs/LISTSTATUS_2.json", [("", 1366, 33554432, 1)]),
        ("rest_docs/webhdfs/LISTSTATUS_BATCH.json", [("bazfile", 0, 1024, 3)]),
        ("rest_docs/webhdfs/LISTSTATUS_BATCH_2.json", [("quxfile", 0, 1024, 3)]),
    ],
)
def test_the_documented_answers_give_their_figures(name, figures):
    files = hdfs.read(SHARED / name).files
    assert [(f.path, f.size_bytes, f.block_bytes, f.replication) for f in files] == figures


@needs_shared
def test_the_disk_balancer_tells_drives_but_not_those_in_memory():
    nodes = hdfs.read(SHARED / "hdfs/data-cluster-3node-3disk.json").data_nodes
    assert [node.drives for node in nodes] == [6, 6, 6]
    assert nodes[0].name == "21db0945-577a-4e7b-870a-96578581c6c9"
    content = json.loads((SHARED / "hdfs/data-cluster-3node-3disk.json").read_text())
    kept = [content["nodes"][0]["volumeSets"][kind]["volumes"] for kind in ("SSD", "DISK")]
    assert nodes[0].capacity_bytes == sum(volume["capacity"] for volumes in kept for volume in volumes)


@needs_shared
def test_every_other_sample_is_refused_with_a_sentence():
    listed = {"LISTSTATUS", "LISTSTATUS_2", "LISTSTATUS_BATCH", "LISTSTATUS_BATCH_2", "GETCONTENTSUMMARY"}
    total = hdfs.read(SHARED / "rest_docs/webhdfs/GETCONTENTSUMMARY.json").totals[0]
    assert (total.files, total.size_bytes, total.stored_bytes) == (1, 24930, 24930)
    samples = [*(SHARED / "rest_docs/webhdfs").iterdir(), *(SHARED / "hdfs").iterdir()]
    for sample in samples:
        if sample.stem not in {*listed, "data-cluster-3node-3disk"}:
            with pytest.raises(SourceError) as raised:
                hdfs.read(sample)
            assert str(sample) in str(raised.value)
            assert raised.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path):
    path = tmp_path / "secret.xml"
    path.write_text("<fsimage/>")
    path.chmod(0)
    with pytest.raises(UnreadableSource):
        hdfs.read(path)


def test_an_empty_file_is_no_listing(tmp_path):
    (tmp_path / "e").write_bytes(b"  \n")
    with pytest.raises(EmptySource):
        hdfs.read(tmp_path / "e")
