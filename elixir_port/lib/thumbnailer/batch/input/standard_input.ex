defmodule Thumbnailer.Batch.Input.StandardInput do
  @moduledoc false
  # Standard input as a raw file, which is read only as fast as its bytes are used.
  #
  # The process `:user` of a BEAM without a shell reads descriptor 0 from the start and keeps all that comes. At the end of a pipe the
  # scheduler that polls for it never sleeps again (OTP 25 leaves a descriptor with EPOLLHUP in its epoll set), which makes the whole
  # BEAM slow. So here `:user` is replaced by one that only writes, after it has handed out what it has read already; the
  # rest is read from the descriptor itself. With `erl -noinput` there is nothing to replace.
  #
  # Only for a program that ends with its command: a process that writes to the old `:user` by its pid waits for ever.

  alias Thumbnailer.OS.RawPath

  @enforce_keys [:read, :file]
  defstruct [:read, :file]

  @typedoc "What `:user` has read already, and the descriptor; belongs to the process that took it."
  @type t :: %__MODULE__{read: [binary], file: :file.fd()}

  @descriptor "/proc/self/fd/0"

  # Of what `:user` is asked for.
  @wait 60_000

  @doc """
  Takes standard input from the runtime. `:not_ours` where it is neither a pipe nor a file, or the group leader of the calling process
  is not the process that reads descriptor 0: then it is read through the group leader.
  """
  @spec take() :: {:ok, t} | :not_ours
  def take do
    with user when is_pid(user) <- Process.whereis(:user),
         true <- user == Process.group_leader() and reopens?(),
         {:ok, file} <- :file.open(@descriptor, [:read, :raw, :binary]) do
      read = if reader = port(user), do: replace(user, reader), else: []
      :ok = seek(file, position())
      {:ok, %__MODULE__{read: read, file: file}}
    else
      _other -> :not_ours
    end
  end

  # A named pipe whose writer is gone would not open, a terminal has its own reader, a socket has no path.
  defp reopens? do
    case {:file.read_link_all(@descriptor), RawPath.stat(@descriptor)} do
      {{:ok, ~c"pipe:" ++ _number}, _info} -> true
      {_path, {:ok, %{type: :regular}}} -> true
      _other -> false
    end
  end

  # That of `:user`, unless the BEAM does not read its standard input.
  defp port(user) do
    {:links, links} = Process.info(user, :links)

    unless noinput?(),
      do: Enum.find(links, &(is_port(&1) and Port.info(&1, :name) == {:name, ~c"0/1"}))
  end

  defp noinput?, do: :init.get_argument(:noinput) != :error

  defp replace(user, port) do
    # In Latin-1 each byte is itself.
    encoding = :io.getopts(user) |> Keyword.get(:encoding, :latin1)
    :ok = :io.setopts(user, encoding: :latin1)

    # From here on the port sends what it reads to this process; to `:user` it looks as if the input had ended.
    true = Port.connect(port, self())
    send(user, {port, :eof})
    monitor = Process.monitor(user)
    send(user, {:io_request, self(), monitor, {:get_until, :latin1, ~c"", __MODULE__, :all, []}})

    kept =
      receive(do: ({:io_reply, ^monitor, kept} -> kept), after: (@wait -> exit(:user_is_busy)))

    Process.unlink(port)
    true = Port.close(port)
    receive(do: ({:DOWN, ^monitor, :process, _user, _reason} -> :ok))
    _user = :user.start_out()
    :ok = :io.setopts(:user, encoding: encoding)
    true = Process.group_leader(self(), Process.whereis(:user))
    kept(kept) ++ late(port)
  end

  defp kept(blocks) when is_list(blocks), do: blocks
  defp kept(:eof), do: []

  @doc false
  # Runs in `:user`: gathers block after block, until the end that this process was told.
  def all([], :eof), do: {:done, :eof, []}
  def all(blocks, :eof), do: {:done, Enum.reverse(blocks), []}
  def all(blocks, bytes), do: {:more, [:erlang.list_to_binary(bytes) | blocks]}

  # What the port has read between the two.
  defp late(port) do
    receive do
      {^port, {:data, bytes}} -> [bytes | late(port)]
      {^port, :eof} -> late(port)
    after
      0 -> []
    end
  end

  defp position do
    {:ok, info} = File.read("/proc/self/fdinfo/0")
    [_all, position] = Regex.run(~r/^pos:\s*(\d+)/m, info)
    String.to_integer(position)
  end

  # A regular file is opened anew at its start; in a pipe there is only the next byte.
  defp seek(_pipe, 0), do: :ok
  defp seek(file, position), do: with({:ok, ^position} <- :file.position(file, position), do: :ok)

  @doc "The next bytes."
  @spec read(t, pos_integer) :: {:ok, binary, t} | :eof | {:error, File.posix()}
  def read(%__MODULE__{read: [block | read]} = input, _size),
    do: {:ok, block, %{input | read: read}}

  def read(%__MODULE__{read: [], file: file} = input, size) do
    with {:ok, block} <- :file.read(file, size), do: {:ok, block, input}
  end

  @spec close(t) :: :ok
  def close(input) do
    _ = :file.close(input.file)
    :ok
  end
end
