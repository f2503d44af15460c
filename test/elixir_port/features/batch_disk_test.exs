defmodule Thumbnailer.Batch.DiskTest do
  # A small file system of its own, which is full, read-only, and has room again.
  use ExUnit.Case, async: false

  import Bitwise
  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.Journal
  alias Thumbnailer.Batch.Journal.{Entry, Fingerprint, Record}

  @moduletag :real
  @mountable (case System.cmd(
                     "sh",
                     [
                       "-c",
                       "d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d; s=$?; rmdir $d; exit $s"
                     ],
                     stderr_to_stdout: true
                   ) do
                {_output, 0} -> true
                _refused -> false
              end)

  unless @mountable, do: @moduletag(skip: "this user may not mount a tmpfs")

  setup context do
    photos = folder()
    for n <- 1..120, do: File.cp!(sample("photo.jpg"), "#{photos}/#{n}.jpg")
    disk = folder()
    mount(["-t", "tmpfs", "-o", "size=240k", "tmpfs", disk])
    on_exit(fn -> System.cmd("umount", ["-l", disk], stderr_to_stdout: true) end)

    {:ok,
     photos: photos,
     disk: disk,
     opts: [out: disk <> "/out", jobs: 2, on: start_instance(context.test)]}
  end

  defp mount(arguments), do: {_output, 0} = System.cmd("mount", arguments, stderr_to_stdout: true)
  defp remount(disk, options), do: mount(["-o", "remount," <> options, disk])

  test "a full disk ends a batch after a few images, with one error; with room again it goes on",
       context do
    %{photos: photos, disk: disk, opts: opts} = context
    before = digests(photos)
    {:ok, report} = Batch.run(photos, opts)
    assert %{reason: :write_failed, message: message} = report.halted
    assert message =~ "no space left on device"
    assert report.stopped and report.made > 20 and report.failed in 3..10

    # Full from the start.
    File.write("#{disk}/fill", :binary.copy(<<0>>, 300_000))

    assert match?({:error, %{reason: :write_failed}}, Batch.run(photos, opts)) or
             match?({:ok, %{halted: %{reason: :write_failed}}}, Batch.run(photos, opts))

    remount(disk, "size=4m")
    File.rm!("#{disk}/fill")

    assert {:ok, %{failed: 0, halted: nil, made: made, skipped: skipped}} =
             Batch.run(photos, opts)

    assert made + skipped == 120 and skipped >= report.made
    assert {:ok, %{skipped: 120}} = Batch.run(photos, opts)
    assert digests(photos) == before

    assert disk
           |> Path.join("out")
           |> File.ls!()
           |> Enum.reject(&(&1 == ".thumbnailer"))
           |> length() == 120
  end

  test "what was announced is written though the disk is full meanwhile", %{disk: disk} do
    out = disk <> "/out"
    File.mkdir_p!(Journal.Folder.path(out))
    {:ok, pid, _journal} = Journal.open(out, :write, folder())
    long = String.duplicate("folder/", 100)
    paths = for n <- 1..50, do: "#{long}#{n}.jpg"
    room = paths |> Enum.map(&Entry.room("/" <> &1, [&1])) |> Enum.sum()
    :ok = Journal.intend(pid, paths, room)
    _full = File.write("#{disk}/fill", :binary.copy(<<0>>, 300_000))

    assert Journal.intend(pid, paths, 1_000_000) == {:error, :enospc}
    for path <- paths, do: Journal.write(pid, "/" <> path, record(path))
    assert Journal.sync(pid) == :ok
    assert Journal.close(pid) == :ok

    {:ok, pid, journal} = Journal.open(out, :read, folder())
    for path <- paths, do: assert(Journal.records(journal, ["/" <> path]) == [record(path)])
    Journal.close(pid)
  end

  defp record(path) do
    %Record{
      content: %Fingerprint{size: 1 <<< 40, mtime: 1 <<< 33, read_at: 1 <<< 33, mac: <<4::384>>},
      options: <<5::128>>,
      failed: :unsupported_format,
      outputs: %{
        path => %{size: "1x1", format: :jpeg, width: 65_535, height: 65_535, bytes: 1 <<< 33}
      }
    }
  end

  test "a read-only disk is one error before the first image, and a dry run works on it",
       context do
    %{photos: photos, disk: disk, opts: opts} = context
    remount(disk, "size=4m")
    assert {:ok, %{made: 120}} = Batch.run(photos, opts)
    remount(disk, "ro")
    assert {:error, %{reason: :write_failed, message: message}} = Batch.run(photos, opts)
    assert message =~ "read-only file system"
    assert {:ok, %{skipped: 120}} = Batch.run(photos, [dry_run: true] ++ opts)
  end

  defp digests(folder),
    do:
      for(
        name <- File.ls!(folder),
        into: %{},
        do: {name, :erlang.md5(File.read!("#{folder}/#{name}"))}
      )
end
