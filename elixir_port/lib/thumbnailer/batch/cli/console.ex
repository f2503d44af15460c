defmodule Thumbnailer.Batch.CLI.Console do
  @moduledoc false
  # Standard output and standard error as bytes: what is written there is UTF-8 in every locale. Log lines go to standard error, so
  # that a program can read standard output.

  @type device :: :stdio | :stderr

  @doc "Sends the lines of the logger to standard error; starts it, as its start sends them to standard output."
  @spec log_to_stderr() :: :ok
  def log_to_stderr do
    {:ok, _started} = Application.ensure_all_started(:logger)

    # Elixir's own backend until 1.14, OTP's handler since.
    if Process.whereis(Logger), do: Logger.configure_backend(:console, device: :standard_error)

    with {:ok, %{module: :logger_std_h, config: %{type: :standard_io}} = handler} <-
           :logger.get_handler_config(:default) do
      _ = :logger.remove_handler(:default)
      config = handler |> Map.delete(:id) |> Map.put(:config, %{type: :standard_error})
      :logger.add_handler(:default, :logger_std_h, Map.delete(config, :module))
    end

    :ok
  end

  @doc "Writes bytes; a reader that is gone is no error."
  @spec write(device, iodata) :: :ok
  def write(device, bytes) do
    name = %{stdio: :standard_io, stderr: :standard_error}[device]
    # In Latin-1 each byte is itself. Set each time, as a list on standard input sets it, too.
    _ = :io.setopts(name, encoding: :latin1)
    _ = :file.write(name, bytes)
    :ok
  end

  @doc "The same with the end of a line."
  @spec puts(device, iodata) :: :ok
  def puts(device, text), do: write(device, [text, ?\n])

  @doc "Whether standard output is a terminal."
  @spec terminal?() :: boolean
  def terminal?, do: match?({:ok, _columns}, :io.columns(:standard_io))

  @doc "How many columns the terminal has."
  @spec columns() :: pos_integer
  def columns do
    case :io.columns(:standard_io) do
      {:ok, columns} when columns > 0 -> columns
      _no_terminal -> 80
    end
  end
end
