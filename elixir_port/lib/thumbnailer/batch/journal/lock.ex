defmodule Thumbnailer.Batch.Journal.Lock do
  @moduledoc false
  # Keeps two batches from writing into the same folder at a time. The lock is a file that names its owner; the owner gives it a
  # new time of change every few seconds.
  #
  # A lock is taken over when its owner is gone: in the same namespace of processes, when no process has its pid and its time of start;
  # in another one (another container, another host), when the lock did not change for a minute. Both times are those of
  # the file system, so that the clocks of two hosts need not agree.

  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Error
  alias Thumbnailer.OS

  # Milliseconds between two heartbeats, and seconds without one after which an owner elsewhere is gone.
  @heartbeat 5_000
  @silence 60

  @enforce_keys [:path, :owner, :heart]
  defstruct [:path, :owner, :heart]

  @type t :: %__MODULE__{path: Path.t(), owner: binary, heart: pid}

  @doc """
  Takes the lock of `folder`, or says who has it. `:taken_over` is one of an owner who died.

  The caller gets `:lock_lost` when somebody else has taken or deleted the lock.
  """
  @spec take(Path.t()) :: {:ok, t, :free | :taken_over} | {:error, Error.t()}
  def take(folder), do: take(folder <> "/lock", owner(), :free, 3)

  defp take(path, owner, how, attempts) do
    case create(path, owner) do
      :ok ->
        {:ok, %__MODULE__{path: path, owner: owner, heart: beat(path, owner)}, how}

      {:error, :eexist} when attempts > 0 ->
        take_over(path, owner, attempts)

      {:error, posix} ->
        {:error, Error.new(:write_failed, "#{path} cannot be made: #{:file.format_error(posix)}")}
    end
  end

  defp create(path, owner) do
    with {:ok, file} <- :file.open(path, [:write, :raw, :binary, :exclusive]) do
      written = :file.write(file, owner)
      _ = :file.close(file)
      # A full disk must not leave a lock that names nobody.
      if written != :ok, do: :file.delete(path)
      written
    end
  end

  @spec release(t) :: :ok
  def release(lock) do
    Process.unlink(lock.heart)
    Process.exit(lock.heart, :kill)
    _ = if mine?(lock.path, lock.owner), do: :file.delete(lock.path)
    :ok
  end

  defp take_over(path, owner, attempts) do
    with {:ok, other} <- :file.read_file(path),
         {:gone, nil} <- state(path, String.split(other)) do
      _ = :file.delete(path)
      take(path, owner, :taken_over, attempts - 1)
    else
      {:error, :enoent} ->
        take(path, owner, :free, attempts - 1)

      {:error, posix} ->
        {:error, Error.new(:write_failed, "#{path} cannot be read: #{:file.format_error(posix)}")}

      {:alive, why} ->
        {:error,
         Error.new(:unavailable, "another batch writes into this folder: #{why} (#{path})")}
    end
  end

  # -- whether the owner lives

  defp state(path, [pid, host, namespace, start | _token]) do
    cond do
      namespace != namespace() -> heard(path, "on #{text(host)}")
      running?(pid, start) -> {:alive, "os pid #{text(pid)} of this host"}
      true -> {:gone, nil}
    end
  end

  # Written by a batch that was cut off before it had named itself.
  defp state(path, _unnamed), do: heard(path, "one that is starting")

  defp running?(pid, start) do
    with {number, ""} when number > 0 <- Integer.parse(pid),
         true <- OS.Process.running?(number) do
      # Where the start cannot be seen, the process counts.
      started_at(pid) in [start, "unknown"]
    else
      _other -> false
    end
  end

  defp heard(path, who) do
    case silence(path) do
      {:ok, seconds} when seconds >= @silence ->
        {:gone, nil}

      {:ok, seconds} ->
        {:alive,
         "#{who}, last heard #{seconds} s ago; after #{@silence} s of silence its lock is taken over"}

      {:error, _posix} ->
        {:alive, who}
    end
  end

  # A file that is made now says what time the file system has.
  defp silence(path) do
    probe = "#{path}.#{System.pid()}-#{System.unique_integer([:positive])}"

    with {:ok, %{mtime: heard_at}} <- RawPath.lstat(path),
         :ok <- create(probe, "") do
      now = RawPath.lstat(probe)
      _ = :file.delete(probe)
      with {:ok, %{mtime: now}} <- now, do: {:ok, max(now - heard_at, 0)}
    end
  end

  # -- the heartbeat

  defp beat(path, owner) do
    holder = self()
    spawn_link(fn -> loop(path, owner, holder) end)
  end

  defp loop(path, owner, holder) do
    receive do
    after
      @heartbeat -> :ok
    end

    cond do
      not mine?(path, owner) -> send(holder, :lock_lost)
      true -> touch(path) && loop(path, owner, holder)
    end
  end

  # By writing, so that the time is that of the file system.
  defp touch(path) do
    with {:ok, file} <- :file.open(path, [:read, :write, :raw, :binary]),
         {:ok, first} <- :file.pread(file, 0, 1) do
      _ = :file.pwrite(file, 0, first)
      :file.close(file)
    end

    true
  end

  # A lock that cannot be read at the moment is not lost.
  defp mine?(path, owner),
    do: :file.read_file(path) not in [{:error, :enoent}] and same?(:file.read_file(path), owner)

  defp same?({:ok, content}, owner), do: content == owner
  defp same?({:error, _posix}, _owner), do: true

  # -- who this is

  defp owner do
    token = Base.encode16(:crypto.strong_rand_bytes(8), case: :lower)
    "#{System.pid()} #{host()} #{namespace()} #{started_at(System.pid())} #{token}"
  end

  defp host do
    {:ok, host} = :inet.gethostname()
    to_string(host)
  end

  # The boot of the system and the namespace of processes in it: within them a pid means one process.
  defp namespace do
    boot =
      with {:ok, id} <- :file.read_file("/proc/sys/kernel/random/boot_id"), do: String.trim(id)

    space = with {:ok, link} <- :file.read_link("/proc/self/ns/pid"), do: to_string(link)
    if is_binary(boot) and is_binary(space), do: "#{boot}/#{space}", else: host()
  end

  # Field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, counted behind the name, which may hold anything.
  defp started_at(pid) do
    case :file.read_file("/proc/#{pid}/stat") do
      {:ok, stat} -> stat |> String.split(")") |> List.last() |> String.split() |> Enum.at(19)
      {:error, _hidden} -> "unknown"
    end
  end

  defp text(name), do: if(String.match?(name, ~r/\A[\w.:-]+\z/), do: name, else: inspect(name))
end
