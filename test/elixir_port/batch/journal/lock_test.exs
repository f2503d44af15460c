defmodule Thumbnailer.Batch.Journal.LockTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal.Lock

  # No process has a pid over the limit of Linux, 2^22.
  @dead 4_194_305

  @others? match?(
             {_said, 0},
             System.cmd(
               "sh",
               [
                 "-c",
                 "HOME=/tmp setpriv --reuid 65534 --regid 65534 --clear-groups elixir --version"
               ],
               stderr_to_stdout: true
             )
           )

  setup do
    folder = folder()
    {:ok, lock, :free} = Lock.take(folder)
    owner = lock.path |> File.read!() |> String.split()
    Lock.release(lock)
    {:ok, folder: folder, owner: owner, path: lock.path}
  end

  # As another batch would have written it, so many seconds ago.
  defp lock(context, fields, age \\ 0) do
    owner =
      Enum.reduce(fields, context.owner, fn {index, value}, owner ->
        List.replace_at(owner, index, value)
      end)

    File.write!(context.path, Enum.join(owner, " "))
    File.touch!(context.path, System.os_time(:second) - age)
  end

  test "one that is released is free", context do
    refute File.exists?(context.path)
    assert {:ok, lock, :free} = Lock.take(context.folder)
    Lock.release(lock)
  end

  test "that of a process of this host that is gone is taken over at once", context do
    lock(context, %{0 => "#{@dead}"})
    assert {:ok, _lock, :taken_over} = Lock.take(context.folder)
    assert {:error, %{reason: :unavailable}} = Lock.take(context.folder)
  end

  test "that of a process whose pid another process has by now is taken over", context do
    lock(context, %{3 => "1"})
    assert {:ok, _lock, :taken_over} = Lock.take(context.folder)
  end

  test "that of a process of another user is kept", context do
    # Process 1 is there, whoever may send it signals; its start is read by everybody.
    start =
      File.read!("/proc/1/stat")
      |> String.split(")")
      |> List.last()
      |> String.split()
      |> Enum.at(19)

    lock(context, %{0 => "1", 3 => start}, 3_600)
    assert {:error, %{message: message}} = Lock.take(context.folder)
    assert message =~ "os pid 1 of this host"
  end

  # Root may send signals to everybody, so another user has to ask.
  @tag skip:
         if(@others?, do: false, else: "needs root, setpriv and an elixir that others can run")
  @tag timeout: 120_000
  test "that of a process which the user may send no signals is kept", context do
    lock(context, %{}, 3_600)
    File.chmod!(context.folder, 0o777)
    # That of the tests may lie where only root comes.
    ebin = Path.join(context.folder, "ebin")
    File.cp_r!(Application.app_dir(:thumbnailer, "ebin"), ebin)
    take = "IO.inspect(Thumbnailer.Batch.Journal.Lock.take(#{inspect(context.folder)}))"
    nobody = ~w(--reuid 65534 --regid 65534 --clear-groups elixir -pa #{ebin} -e) ++ [take]

    {said, 0} =
      System.cmd("setpriv", nobody,
        cd: context.folder,
        env: [{"HOME", context.folder}],
        stderr_to_stdout: true
      )

    assert said =~ "another batch writes into this folder: os pid #{System.pid()} of this host"
    assert said =~ "reason: :unavailable"
    assert context.path |> File.read!() |> String.split() == context.owner
  end

  test "that of another container is kept while its heart beats, though a process here has the same pid",
       context do
    lock(context, %{1 => "other", 2 => "boot/pid:[1]"}, 20)
    assert {:error, %{message: message}} = Lock.take(context.folder)

    assert message =~
             ~r/on other, last heard \d+ s ago; after 60 s of silence its lock is taken over/
  end

  test "that of a container that is silent for a minute is taken over, though a process here has the same pid",
       context do
    lock(context, %{1 => "other", 2 => "boot/pid:[1]"}, 61)
    assert {:ok, _lock, :taken_over} = Lock.take(context.folder)
  end

  test "one that was cut off while it was written is taken over when it is silent", context do
    File.write!(context.path, "12")
    assert {:error, _error} = Lock.take(context.folder)
    File.touch!(context.path, System.os_time(:second) - 61)
    assert {:ok, _lock, :taken_over} = Lock.take(context.folder)
  end

  test "what the owner of a lock is called reaches no terminal as a command", context do
    lock(context, %{1 => "evil\e[2J", 2 => "boot/pid:[1]"})
    assert {:error, %{message: message}} = Lock.take(context.folder)
    refute message =~ "\e"
  end

  @tag timeout: 30_000
  test "the heart beats, and a lock that somebody else took is told", context do
    {:ok, _lock, :free} = Lock.take(context.folder)
    File.touch!(context.path, 1_600_000_000)

    eventually(8_000, "it did not beat", fn ->
      File.stat!(context.path, time: :posix).mtime > 1_600_000_000
    end)

    File.write!(context.path, "somebody else")
    assert_receive :lock_lost, 8_000
  end
end
